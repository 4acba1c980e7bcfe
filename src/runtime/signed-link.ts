import { createHmac, timingSafeEqual } from 'node:crypto'

const macBytes = 16

/** The part of an address that proves itself: what is named, until when (epoch ms), and an HMAC over both; base64url. */
export function signLink(key: Uint8Array, named: string, expiresAtMs: number): string {
  const body = Buffer.from(JSON.stringify([named, expiresAtMs]))
  return Buffer.concat([macOf(key, body), body]).toString('base64url')
}

/** What a link names; `forged` when we did not make it, `expired` when its time is over. */
export function openLink(
  key: Uint8Array,
  token: string,
  nowMs: number,
): { readonly outcome: 'ok'; readonly named: string } | { readonly outcome: 'forged' | 'expired' } {
  const bytes = Buffer.from(token, 'base64url')
  const [mac, body] = [bytes.subarray(0, macBytes), bytes.subarray(macBytes)]
  if (mac.length !== macBytes || bytes.toString('base64url') !== token) return { outcome: 'forged' }
  if (!timingSafeEqual(mac, macOf(key, body))) return { outcome: 'forged' }
  // authentic from here on
  const [named, expiresAtMs] = JSON.parse(body.toString()) as [string, number]
  return nowMs >= expiresAtMs ? { outcome: 'expired' } : { outcome: 'ok', named }
}

function macOf(key: Uint8Array, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update('signed link\n').update(body).digest().subarray(0, macBytes)
}
