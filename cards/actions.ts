import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type ActionToken, cardLimits } from '../src/chat/card.ts'

/**
 * Everything a button can mean, with its number in tokens. Numbers are never used twice: cards stay in chats for years.
 * Arguments: order.* the hub number. order.show redraws the card it stands on, order.open answers with another. ask.about the
 * intent, the hub number and perhaps the return: the question is answered again for that one. ask.intent the intent: it is
 * asked, and what it is about is asked for. order.script may carry the intent behind the number; order.page what
 * cards/order-page.ts makes. handoff.ask and answer.bad the answer's key, handoff.cancel the hand-over.
 * alert.page and stats.open: which list or figure, as cards/survey-args.ts writes it.
 * write.* the draft, write.fill also which of its offers; write.decide the return, the order and a(pprove) or r(eject); urge.send the item (order or return) and its number.
 * photo.order the photo and the hub number. return.photo the draft and the photo it waited for; return.receive the return and perhaps counts that were typed; return.amend the
 * draft, q(uantity) or d(amage) and perhaps the line; return.count the same with line and count.
 * level.* the return, the level and the stamp of the facts shown; level.approve perhaps o(ffset) or d(irector), level.because which reason,
 * level.hold minutes and level.reduce fen in place of the stamp; level.both two returns; level.undo the return and the level.
 * level.claim the return and the level, level.hand and level.sign perhaps the colleague as well; delegate.put the stand-in, from and until in minutes, m(ove), n(ew ones only)
 * or ? to look first; bulk.approve the digest of what was seen; people.leave who has left and who takes over, by name.
 * touch.* the day, midnight in Beijing as epoch ms.
 * flow.publish the version it was drawn for and up to three changes, as handlers/flow-edit.ts writes them.
 * carrier.fix the order, carrier.set the order and a carrier code.
 * customer.split: the merge and an order of the person.
 * receipt.book the return that was scanned and perhaps a draft that ends with it; receipt.leave the return; receipt.amend the return, q or d; refund.confirm the
 * return, r(eceived), s(ound) or h(ang up) and the counts that were seen.
 * receivable.settle the return, p(latform's) or a(pproved) and the platform's amount that was seen, in fen.
 * clock.*: the return whose limit has passed.
 * level.undo the return and the level; command.retry the command's key; reverse.ask the return; reverse.decide the reversal and y(es) or n(o).
 * answer.script: like ask.about, in words for the customer. stock.* the SKU. policy.script the goods and what was said.
 */
const actionNumbers = {
  'order.show': 1,
  'order.track': 2,
  'order.carrier': 3,
  'order.script': 4,
  'order.waybill': 5,
  'choose.none': 6,
  'ask.again': 7,
  'order.open': 8,
  'ask.about': 20,
  'ask.intent': 21,
  'handoff.ask': 22,
  'handoff.cancel': 23,
  'answer.bad': 24,
  'order.follow': 30,
  'order.unfollow': 31,
  'order.page': 32,
  'sign.photo': 33,
  'answer.script': 40,
  'stock.show': 41,
  'stock.script': 42,
  'policy.script': 43,
  'alert.page': 50,
  'stats.open': 51,
  'write.confirm': 60,
  'write.cancel': 61,
  'write.fill': 62,
  'urge.send': 63,
  'write.decide': 64,
  'photo.is': 80,
  'photo.retake': 81,
  'photo.type': 82,
  'photo.order': 83,
  'return.photo': 100,
  'return.receive': 101,
  'return.amend': 102,
  'return.count': 103,
  'level.approve': 110,
  'level.reject': 111,
  'level.material': 112,
  'level.because': 113,
  'level.card': 114,
  'level.reduce': 115,
  'level.changes': 116,
  'level.both': 117,
  'level.hold': 119,
  'receipt.book': 140,
  'receipt.amend': 141,
  'refund.confirm': 142,
  'receipt.leave': 143,
  'customer.split': 104,
  'carrier.fix': 105,
  'carrier.set': 106,
  'flow.publish': 160,
  'touch.details': 161,
  'touch.assign': 162,
  'level.undo': 118,
  'command.retry': 120,
  'reverse.ask': 121,
  'reverse.decide': 122,
  'level.claim': 125,
  'level.hand': 126,
  'level.sign': 127,
  'delegate.put': 128,
  'delegate.drop': 129,
  'bulk.show': 130,
  'bulk.approve': 131,
  'people.leave': 132,
  'receivable.settle': 144,
  'clock.phone': 150,
  'clock.open': 151,
} as const

export type ActionName = keyof typeof actionNumbers

export const actionNames = Object.keys(actionNumbers) as readonly ActionName[]

/** Whom a token serves and how long; both open when left out. */
export type Bound = { readonly memberId?: string; readonly expiresAtMs?: number }

export type DecodedAction =
  | { readonly outcome: 'ok'; readonly action: ActionName; readonly args: readonly string[] }
  /** Not made by this desk, or changed since. */
  | { readonly outcome: 'forged' }
  | { readonly outcome: 'expired' }
  /** Made for another member; what it would have done. */
  | { readonly outcome: 'not-yours'; readonly action: ActionName }

export type ActionCodec = {
  /** Throws RangeError when the arguments do not fit into a token: a fault of the caller. */
  encode(action: ActionName, args: readonly string[], bound?: Bound): ActionToken
  /** `token` is whatever came back with a tap. */
  decode(token: string, by: { readonly memberId: string; readonly nowMs: number }): DecodedAction
}

const version = 1
const macBytes = 12
const memberBytes = 6
const flags = { bound: 1, expires: 2 } as const

/** Tokens under a key of its own, derived from `keyBytes` (at least 16): version+flags, action, bound, args, 96-bit HMAC; base64url. */
export function actionCodec(keyBytes: Uint8Array): ActionCodec {
  if (keyBytes.length < 16) throw new RangeError(`the key of card actions needs 16 bytes, got ${keyBytes.length}`)
  const key = createHmac('sha256', keyBytes).update('chadan card actions').digest()
  const macOf = (body: Uint8Array) => createHmac('sha256', key).update(body).digest().subarray(0, macBytes)
  return {
    encode: (action, args, bound = {}) => {
      const body = bodyOf(action, args, bound)
      const token = Buffer.concat([body, macOf(body)]).toString('base64url')
      if (token.length > cardLimits.tokenBytes)
        throw new RangeError(`a token of ${action} would take ${token.length} bytes: shorten its arguments`)
      return token as ActionToken
    },
    decode: (token, by) => {
      const bytes = bytesOf(token)
      if (bytes === undefined) return { outcome: 'forged' }
      const body = bytes.subarray(0, -macBytes)
      if (!timingSafeEqual(macOf(body), bytes.subarray(-macBytes))) return { outcome: 'forged' }
      return read(body, by)
    },
  }
}

function bodyOf(action: ActionName, args: readonly string[], { memberId, expiresAtMs }: Bound): Buffer {
  const flag = (memberId === undefined ? 0 : flags.bound) | (expiresAtMs === undefined ? 0 : flags.expires)
  const parts: Uint8Array[] = [Buffer.from([(version << 4) | flag, actionNumbers[action]])]
  if (memberId !== undefined) parts.push(shortHash(memberId))
  if (expiresAtMs !== undefined) parts.push(seconds(expiresAtMs))
  for (const arg of args) {
    const bytes = Buffer.from(arg)
    if (bytes.length > 255) throw new RangeError(`an argument of ${action} is longer than 255 bytes`)
    parts.push(Buffer.from([bytes.length]), bytes)
  }
  return Buffer.concat(parts)
}

/** undefined unless it is exactly what base64url writes: one token has one spelling. */
function bytesOf(token: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(token) || token.length > cardLimits.tokenBytes) return undefined
  const bytes = Buffer.from(token, 'base64url')
  return bytes.length > macBytes + 1 && bytes.toString('base64url') === token ? bytes : undefined
}

/** The body is authentic from here on; what it does not understand comes from a newer desk. */
function read(body: Buffer, by: { readonly memberId: string; readonly nowMs: number }): DecodedAction {
  const head = body[0] ?? 0
  const action = actionNames.find((name) => actionNumbers[name] === body[1])
  if (head >> 4 !== version || action === undefined) return { outcome: 'forged' }
  let at = 2
  if (head & flags.bound) {
    if (!body.subarray(at, at + memberBytes).equals(shortHash(by.memberId))) return { outcome: 'not-yours', action }
    at += memberBytes
  }
  if (head & flags.expires) {
    if (by.nowMs >= body.readUInt32BE(at) * 1_000) return { outcome: 'expired' }
    at += 4
  }
  const args: string[] = []
  while (at < body.length) {
    const length = body[at] ?? 0
    args.push(body.toString('utf8', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { outcome: 'ok', action, args }
}

function shortHash(memberId: string): Buffer {
  return createHash('sha256').update(memberId).digest().subarray(0, memberBytes)
}

function seconds(atMs: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(Math.floor(atMs / 1_000))
  return bytes
}
