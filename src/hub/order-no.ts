import type { Channel, OrderKey } from './order-facts.ts'
import { parsePhone } from './phone.ts'
import { plainToken } from './token.ts'
import { carrierOf, normaliseWaybill } from './waybill-no.ts'

const longestKey = 64

/** S0… is how SO… is often typed. */
const hubNo = /^S[O0](\d{12})$/
const returnNo = /^TH(\d{10})$/
const distributorNo = /^JXS-?(\d{2})-?(20\d{6})-?(\d{4})$/
const posNo = /^POS-?([A-Z]{1,6}\d{0,4})-?(20\d{6})-?(\d{4})$/
const youzanNo = /^E\d{23}$/

/**
 * What a typed token is a key to, by its form alone; undefined when it cannot be a key (a word, too short, too long).
 * Bare digits of one length belong to several kinds of number: the look-up searches order and waybill numbers for both kinds.
 */
export function recogniseKey(raw: string): OrderKey | undefined {
  const token = plainToken(raw)
  if (token.length < 4 || token.length > longestKey) return undefined
  const order = normaliseOrderNo(token)
  if (hubNo.test(order)) return { kind: 'hub-no', value: order }
  if (returnNo.test(order)) return { kind: 'return-no', value: order }
  if (distributorNo.test(order) || posNo.test(order) || youzanNo.test(order)) return { kind: 'order-no', value: order }
  const phone = parsePhone(token)
  if (phone && (phone.extension || phone.number.length === 11)) return { kind: 'phone', value: phone.text }
  const waybill = normaliseWaybill(token)
  if (carrierOf(waybill)) return { kind: 'waybill-no', value: waybill }
  if (/^[A-Z0-9]{4,6}$/.test(order) && /\d{3}/.test(order)) return { kind: 'number-tail', value: order }
  if (order.length >= 7 && /^[A-Z0-9][A-Z0-9_-]*$/.test(order) && /\d{3}/.test(order))
    return { kind: 'order-no', value: order }
  return undefined
}

/**
 * The form in which order numbers are stored and compared: half width, upper case, no blanks, no dashes inside digits; the
 * dashes of the house formats (POS-HZ04-20261120-0030) are put back where they were left out.
 */
export function normaliseOrderNo(raw: string): string {
  const token = plainToken(raw)
  const distributor = distributorNo.exec(token)
  if (distributor) return `JXS${distributor[1]}-${distributor[2]}-${distributor[3]}`
  const pos = posNo.exec(token)
  if (pos) return `POS-${pos[1]}-${pos[2]}-${pos[3]}`
  const bare = token.replace(/-/g, '').replace(/^S0(?=\d{12}$)/, 'SO')
  return /^\d+$/.test(bare) || hubNo.test(bare) || returnNo.test(bare) || youzanNo.test(bare) ? bare : token
}

/**
 * Which channel writes its numbers so. Only a hint: Douyin, Tmall and WeChat shop numbers share the length 19, and the
 * channel of an order is what the order says.
 */
export function channelHint(orderNo: string): Channel | undefined {
  if (distributorNo.test(orderNo)) return 'distributor'
  if (posNo.test(orderNo)) return 'pos'
  if (youzanNo.test(orderNo) || /^37\d{17}$/.test(orderNo)) return 'miniapp'
  if (/^69\d{17}$/.test(orderNo)) return 'douyin'
  if (/^\d{18,19}$/.test(orderNo)) return 'tmall'
  return /^\d{12}$/.test(orderNo) ? 'jd' : undefined
}
