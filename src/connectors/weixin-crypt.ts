import { createDecipheriv } from 'node:crypto'
import { BadPayload } from '../runtime/errors.ts'
import { sha1Hex } from './digests.ts'

// Pushes of 微信 in safe mode (message push page, 2026-11-22). The chat platforms hold a form of their own of the same scheme:
// rooms do not see each other, and what is checked here is the app id, there the company's.

const blockBytes = 32
/** 16 random bytes and the length of the message. */
const headBytes = 20

/** sha1 over the texts in order of their code units: token, timestamp, nonce, and in safe mode the ciphertext. */
export function pushSignature(...parts: readonly string[]): string {
  return sha1Hex([...parts].sort().join(''))
}

/** The message inside `encrypt`. Throws BadPayload when the key does not fit, or it is for another app than `appId`. */
export function openEnvelope(encodingAesKey: string, encrypt: string, appId: string): string {
  const bytes = Buffer.from(encrypt, 'base64')
  // node skips what is no base64, so a damaged text would decrypt to something else than was signed
  if (bytes.length === 0 || bytes.length % 16 !== 0 || bytes.toString('base64') !== encrypt)
    throw new BadPayload('Encrypt is no base64 of whole AES blocks')
  const key = keyOf(encodingAesKey)
  // the pad goes up to 32, which node 20 refuses as a pad of AES: it is taken off by hand
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const clear = withoutPad(Buffer.concat([decipher.update(bytes), decipher.final()]))
  const end = clear.length < headBytes ? -1 : headBytes + clear.readUInt32BE(16)
  if (end < 0 || end > clear.length) throw new BadPayload('the message is longer than its envelope')
  if (!clear.subarray(end).equals(Buffer.from(appId))) throw new BadPayload('the message is for another app')
  return clear.subarray(headBytes, end).toString('utf8')
}

function keyOf(encodingAesKey: string): Buffer {
  return Buffer.from(`${encodingAesKey}=`, 'base64')
}

function withoutPad(clear: Buffer): Buffer {
  const pad = clear[clear.length - 1] ?? 0
  const start = clear.length - pad
  const whole = pad >= 1 && pad <= blockBytes && start >= 0 && clear.subarray(start).every((byte) => byte === pad)
  if (!whole) throw new BadPayload('the padding is wrong: compare the EncodingAESKey with the console')
  return clear.subarray(0, start)
}
