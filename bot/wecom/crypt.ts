import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { BadPayload, BadSignature, CannotStart } from '../../src/runtime/errors.ts'

// Callback encryption [90968]. Own code on node:crypto because the public packages miss checks that matter here
// (docs/decisions/030): the receiver, every byte of the padding, the length field.

const blockBytes = 32
/** 16 random bytes and the length of the message. */
const headBytes = 20

/** The 32 AES bytes of an EncodingAESKey. Node's base64 is lenient on purpose: the last character carries 2 unused bits. */
export function decodeAesKey(encodingAesKey: string): Buffer {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (encodingAesKey.length === 43 && key.length === 32) return key
  throw new CannotStart(
    `encodingAesKey must be 43 characters, got ${encodingAesKey.length}: copy it again from the app's callback page`,
  )
}

export type Signed = { readonly timestamp: string; readonly nonce: string; readonly encrypt: string }

/** sha1 in hex over the four strings in order of their code units. */
export function signatureOf(token: string, { timestamp, nonce, encrypt }: Signed): string {
  // sort() without a comparator orders by UTF-16 code unit, as the vendor does
  return createHash('sha1').update([token, timestamp, nonce, encrypt].sort().join('')).digest('hex')
}

/** Throws BadSignature unless `msgSignature` was made with our token. Constant time; unequal length is a plain no. */
export function verifySignature(token: string, signed: Signed, msgSignature: string): void {
  const expected = Buffer.from(signatureOf(token, signed))
  const given = Buffer.from(msgSignature)
  if (given.length === expected.length && timingSafeEqual(given, expected)) return
  throw new BadSignature("msg_signature does not match: compare WECOM_TOKEN with the app's callback page")
}

/**
 * The message inside `encrypt`, meant for `receiveId` (the CorpID for a self-built app; '' for an AI bot, then nothing may
 * follow the message). Throws BadPayload when it cannot be read, BadSignature when it is for somebody else: the signature
 * covers neither key nor receiver.
 */
export function decryptEnvelope(key: Buffer, encrypt: string, receiveId: string): string {
  const clear = withoutPadding(decryptBlocks(key, decodeBase64(encrypt)))
  if (clear.length < headBytes) throw new BadPayload('callback refused: shorter than its own head')
  const end = headBytes + clear.readUInt32BE(16)
  if (end > clear.length) throw new BadPayload('callback refused: its length field leads beyond its end')
  if (!clear.subarray(end).equals(Buffer.from(receiveId)))
    throw new BadSignature('callback refused: it is for another receiver, compare WECOM_CORP_ID')
  return decodeUtf8(clear.subarray(headBytes, end))
}

/** The reverse, as `encrypt` in base64. `random` is for tests against published vectors. */
export function encryptEnvelope(key: Buffer, message: string, receiveId: string, random = randomBytes(16)): string {
  const body = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const clear = Buffer.concat([random, length, body, Buffer.from(receiveId)])
  const pad = blockBytes - (clear.length % blockBytes)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(clear), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString('base64')
}

export type SealedReply = Signed & { readonly msgSignature: string }

/** A passive reply: encrypted for `receiveId` and signed. `timestamp` in seconds. */
export function sealReply(
  parts: { readonly key: Buffer; readonly token: string; readonly receiveId: string },
  message: string,
  stamp: { readonly timestamp: string; readonly nonce: string },
): SealedReply {
  const signed = { ...stamp, encrypt: encryptEnvelope(parts.key, message, parts.receiveId) }
  return { ...signed, msgSignature: signatureOf(parts.token, signed) }
}

/** Node skips what is no base64, so a damaged text would decrypt to something else than was signed. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0 || bytes.toString('base64') !== text)
    throw new BadPayload('callback refused: Encrypt is no base64 of whole AES blocks')
  return bytes
}

/**
 * WeCom pads to 32 bytes. A pad above 16 makes node's own unpadding throw (seen on 20.20) and workerd's Web Crypto refuse,
 * so padding is off and taken off by hand.
 */
function decryptBlocks(key: Buffer, bytes: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([decipher.update(bytes), decipher.final()])
}

/** Every padding byte is looked at. 1 to 32 on 16-byte blocks: a public fixture pads to 16 only. */
function withoutPadding(clear: Buffer): Buffer {
  const pad = clear[clear.length - 1] ?? 0
  const start = clear.length - pad
  let wrong = pad < 1 || pad > blockBytes || start < 0 ? 1 : 0
  for (let at = Math.max(start, 0); at < clear.length; at += 1) wrong |= (clear[at] ?? 0) ^ pad
  if (wrong !== 0) throw new BadPayload('callback refused: wrong padding, compare WECOM_ENCODING_AES_KEY')
  return clear.subarray(0, start)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new BadPayload('callback refused: the message is not UTF-8', { cause })
  }
}
