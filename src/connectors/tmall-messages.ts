import type { Hint, MessageQueue, Waiting } from '../hub/channel-port.ts'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { TmallCall } from './tmall-calls.ts'
import { beijingAt, listAt } from './wire-values.ts'

/** The vendor gives 10 to 200 at once, and takes 200 to confirm. */
const mostAtOnce = 200
const restMs = 5_000

/**
 * The message service by polling (open platform, taobao.tmc.messages.consume, 2026-11-22): a message is a trigger only, its states have names of
 * their own. What is not confirmed comes again, for how many days is unconfirmed.
 */
export function tmallQueue(call: TmallCall, group: string): MessageQueue {
  let permitted = false
  return {
    mostAtOnce,
    restMs,
    take: async (signal) => {
      // the shop opens its messages to the app; again it changes nothing
      if (!permitted) await call('taobao.tmc.user.permit', {}, signal)
      permitted = true
      const params = { group_name: group, quantity: String(mostAtOnce) }
      const data = await call('taobao.tmc.messages.consume', params, signal)
      // an empty list misses its key
      return listAt(jsonAt(data, 'messages', 'tmc_message'), 'tmc_message').flatMap(readMessage)
    },
    confirm: async (ids, signal) => {
      const params = { group_name: group, s_message_ids: ids.join(',') }
      await call('taobao.tmc.messages.confirm', params, signal)
    },
  }
}

/** One without an id cannot even be confirmed: nothing is stored of it. */
function readMessage(raw: Json): readonly Waiting[] {
  const id = jsonText(raw, 'id')
  if (id === undefined) return []
  const topic = jsonText(raw, 'topic') ?? 'untold'
  const toldAtMs = toldAt(raw)
  const hint: Hint = { key: id, about: aboutOf(topic, contentOf(raw)), ...(toldAtMs !== undefined && { toldAtMs }) }
  return [{ id, hint, raw: Buffer.from(JSON.stringify(raw)) }]
}

function toldAt(raw: Json): number | undefined {
  return readable(() => beijingAt(jsonAt(raw, 'pub_time'), 'pub_time'))
}

/** JSON inside a text. One of another shape points at nothing: it is kept, and the lists find what it was about. */
function contentOf(raw: Json): Json | undefined {
  const content = jsonAt(raw, 'content')
  return typeof content === 'string' ? readable(() => parseJson(content)) : content
}

/** One field of another shape must not hold up the messages behind it. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof BadPayload) return undefined
    throw error
  }
}

/** Trade topics name the order, refund topics the refund too; a topic we do not follow is kept and nothing is fetched. */
function aboutOf(topic: string, content: Json | undefined): Hint['about'] {
  const orderNo = jsonText(content, 'tid')
  const afterSaleNo = jsonText(content, 'refund_id')
  if (topic.startsWith('taobao_refund_') && afterSaleNo !== undefined)
    return { kind: 'return', afterSaleNo, ...(orderNo !== undefined && { orderNo }) }
  if (/^taobao_(?:trade|refund)_/.test(topic) && orderNo !== undefined) return { kind: 'order', orderNo }
  return { kind: 'nothing', topic }
}
