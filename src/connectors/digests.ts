import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

// Signatures of vendors, over the very bytes that came or go.

type Bytes = string | Uint8Array

export function md5Hex(...parts: readonly Bytes[]): string {
  return digest('md5', parts).toString('hex')
}

export function sha1Hex(...parts: readonly Bytes[]): string {
  return digest('sha1', parts).toString('hex')
}

export function hmacHex(algorithm: 'md5' | 'sha256', key: Bytes, ...parts: readonly Bytes[]): string {
  const mac = createHmac(algorithm, key)
  for (const part of parts) mac.update(part)
  return mac.digest('hex')
}

/** Compares in constant time, whatever the lengths. Hex of vendors comes in either case: fold it before. */
export function sameText(given: string | undefined, expected: string): boolean {
  const [a, b] = [given ?? '', expected].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b) && given !== undefined
}

function digest(algorithm: 'md5' | 'sha1', parts: readonly Bytes[]): Buffer {
  const hash = createHash(algorithm)
  for (const part of parts) hash.update(part)
  return hash.digest()
}
