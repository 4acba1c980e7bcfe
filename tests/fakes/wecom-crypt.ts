import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

// The platform's side of the callback encryption, written apart from bot/wecom/crypt.ts so that one fault cannot hide in
// both. Checked against the published vectors in tests/fakes/wecom-crypt.test.ts.

export type Keys = { readonly token: string; readonly encodingAesKey: string; readonly receiveId: string }

export function sign(token: string, timestamp: string, nonce: string, encrypt: string): string {
  const parts = [token, timestamp, nonce, encrypt].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return createHash('sha1').update(parts.join(''), 'utf8').digest('hex')
}

export function encrypt({ encodingAesKey, receiveId }: Keys, message: string, random = randomBytes(16)): string {
  const key = Buffer.from(encodingAesKey, 'base64')
  const size = Buffer.byteLength(message)
  const raw = Buffer.alloc(20 + size + Buffer.byteLength(receiveId))
  random.copy(raw)
  raw.writeUInt32BE(size, 16)
  raw.write(message, 20)
  raw.write(receiveId, 20 + size)
  return encryptRaw(encodingAesKey, Buffer.concat([raw, padding(raw.length, 32)]), key)
}

/** Bytes of any kind, for forging: nothing is added to them, so their length must be a multiple of 16. */
export function encryptRaw(
  encodingAesKey: string,
  padded: Buffer,
  key = Buffer.from(encodingAesKey, 'base64'),
): string {
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16))
  cipher.setAutoPadding(false)
  return cipher.update(padded, undefined, 'base64') + cipher.final('base64')
}

export function padding(length: number, block: number): Buffer {
  const missing = block - (length % block)
  return Buffer.alloc(missing, missing)
}

export function decrypt({ encodingAesKey, receiveId }: Keys, encrypted: string): string {
  const key = Buffer.from(encodingAesKey, 'base64')
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16))
  decipher.setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(encrypted, 'base64'), decipher.final()])
  const raw = padded.subarray(0, padded.length - (padded.at(-1) ?? 0))
  const size = raw.readUInt32BE(16)
  const receiver = raw.subarray(20 + size).toString()
  if (receiver !== receiveId) throw new Error(`the reply is for ${receiver}, not for ${receiveId}`)
  return raw.subarray(20, 20 + size).toString()
}
