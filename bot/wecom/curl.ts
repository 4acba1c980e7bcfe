import type { Ids } from '../../src/runtime/ids.ts'
import { decodeAesKey, decryptEnvelope, sealReply, verifySignature } from './crypt.ts'
import type { DoorSettings } from './settings.ts'
import { parseFields, textAt, writeTree } from './wire.ts'

export type CurlParts = {
  readonly config: DoorSettings
  readonly text: string
  readonly fromUserId: string
  /** Where the desk listens, e.g. http://127.0.0.1:8787. */
  readonly url: string
  readonly nowMs: number
  readonly ids: Ids
}

/** A curl line that does to the desk what WeCom does when `fromUserId` writes `text`: signed, encrypted, valid for an hour. */
export function wecomCurl({ config, text, fromUserId, url, nowMs, ids }: CurlParts): string {
  const timestamp = String(Math.floor(nowMs / 1_000))
  const message = {
    ToUserName: config.corpId,
    FromUserName: fromUserId,
    CreateTime: Number(timestamp),
    MsgType: 'text',
    Content: text,
    MsgId: ids.next('curl'),
    AgentID: String(config.agentId),
  }
  const parts = { key: decodeAesKey(config.encodingAesKey), token: config.token, receiveId: config.corpId }
  const sealed = sealReply(parts, writeTree(message, 'xml'), { timestamp, nonce: ids.next('n') })
  const body = writeTree({ ToUserName: config.corpId, AgentID: String(config.agentId), Encrypt: sealed.encrypt }, 'xml')
  const query = new URLSearchParams({ msg_signature: sealed.msgSignature, timestamp, nonce: sealed.nonce })
  const address = `${url.replace(/\/+$/, '')}/callback/wecom?${query}`
  return `curl -sS -X POST ${quoted(address)} -H 'content-type: text/xml' --data-raw ${quoted(body)}`
}

/** The check WeCom makes when the address is saved, as a path of our own door and what it must answer. */
export function wecomEcho({ config, nowMs, ids }: Pick<CurlParts, 'config' | 'nowMs' | 'ids'>): {
  readonly path: string
  readonly expects: string
} {
  const expects = ids.next('echo')
  const timestamp = String(Math.floor(nowMs / 1_000))
  const parts = { key: decodeAesKey(config.encodingAesKey), token: config.token, receiveId: config.corpId }
  const { encrypt, msgSignature, nonce } = sealReply(parts, expects, { timestamp, nonce: ids.next('n') })
  const query = new URLSearchParams({ msg_signature: msgSignature, timestamp, nonce, echostr: encrypt })
  return { path: `/callback/wecom?${query}`, expects }
}

/**
 * The clear message in an encrypted passive reply (XML or JSON), '' for an empty one. Throws BadSignature or BadPayload
 * when it was not made with these settings.
 */
export function openWecomReply(config: DoorSettings, reply: string): string {
  if (reply.trim() === '') return ''
  const { fields } = parseFields(reply)
  const at = (name: string) => textAt(fields, name) ?? ''
  const signed = { timestamp: at('TimeStamp'), nonce: at('Nonce'), encrypt: at('Encrypt') }
  verifySignature(config.token, signed, at('MsgSignature'))
  return decryptEnvelope(decodeAesKey(config.encodingAesKey), signed.encrypt, config.corpId)
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
