import { createCipheriv, randomBytes } from 'node:crypto'
import { pushSignature } from './weixin-crypt.ts'

// Events over HTTP are sealed as 微信 seals its pushes (same frame, another owner); only their answer is sealed too.

type Owner = { readonly token: string; readonly aesKey: string; readonly ownerKey: string }

/** `{msg_signature, timeStamp, nonce, encrypt}` with the text inside, padded to 32 bytes (open.dingtalk.com, HTTP callback, 2026-11-22). */
export function sealAnswer(
  { token, aesKey, ownerKey }: Owner,
  text: string,
  { timestamp, nonce }: { readonly timestamp: string; readonly nonce: string },
): string {
  const length = Buffer.alloc(4)
  const message = Buffer.from(text)
  length.writeUInt32BE(message.length)
  const clear = Buffer.concat([randomBytes(16), length, message, Buffer.from(ownerKey)])
  const pad = 32 - (clear.length % 32)
  const key = Buffer.from(`${aesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const sealed = Buffer.concat([cipher.update(Buffer.concat([clear, Buffer.alloc(pad, pad)])), cipher.final()])
  const encrypt = sealed.toString('base64')
  return JSON.stringify({
    msg_signature: pushSignature(token, timestamp, nonce, encrypt),
    timeStamp: timestamp,
    nonce,
    encrypt,
  })
}
