import type { ActionCodec } from '../cards/actions.ts'
import { todoCard, todoClosedCard, todoRows } from '../cards/todo-inbound.ts'
import type { PlatformName } from '../src/chat/event.ts'
import type { Delivery, TodoList } from '../src/chat/ports.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { CommandLedger } from '../src/hub/command-ledger.ts'
import type { CommandOutcome, CommandPayloads, CommandPort } from '../src/hub/commands.ts'
import type { OutboxEntry } from '../src/hub/outbox.ts'
import type { Receiver } from '../src/hub/staff.ts'
import { todoTexts as texts } from '../src/text/zh-commands.ts'
import { replyTo } from './urge.ts'

type Receipt = Readonly<Record<string, string>>

export type TodoPortParts = {
  /** DingTalk's list; nobody has one where DingTalk is not joined. */
  readonly list: TodoList | undefined
  /** Active people of the warehouse who can be reached, in DingTalk where they are there. */
  readonly keepers: () => Promise<readonly Receiver[]>
  /** The keeper's own page for this return; undefined where phones could not open it. */
  readonly linkFor: (keeper: Receiver, returnId: string) => string | undefined
  readonly ledger: Pick<CommandLedger, 'find'>
  /** Writes messages; the same key twice is one. */
  readonly say: (entries: readonly OutboxEntry[]) => Promise<void>
  /** What the platform said of a message that went out; undefined while it waits, or where it is not kept. */
  readonly receiptOf: (outboxKey: string) => Promise<Receipt | undefined>
  readonly codec: ActionCodec
}

/**
 * The warehouse's 退货入库: a to-do of each keeper in DingTalk, a card where there is none. Its receipt says by keeper where it stands,
 * and closing goes by that.
 */
export function todoPort(parts: TodoPortParts): CommandPort {
  return {
    name: parts.list === undefined ? 'chat' : 'dingtalk',
    takes: ['todo.open', 'todo.close'],
    run: async (command, key, signal) => {
      if (command.name === 'todo.open') return open(parts, command.payload, key, signal)
      if (command.name === 'todo.close') return close(parts, command.payload, key, signal)
      return { outcome: 'refused', reason: `a to-do is not ${command.name}` }
    },
  }
}

async function open(
  parts: TodoPortParts,
  todo: CommandPayloads['todo.open'],
  key: string,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const keepers = await parts.keepers()
  const receipt: Record<string, string> = {}
  let refused: string | undefined
  for (const keeper of keepers) {
    signal.throwIfAborted()
    const own = `${key}:${keeper.memberId}`
    const listed = await openListed(parts, todo, own, keeper)
    if (listed?.outcome === 'retry') return listed
    if (listed?.outcome === 'sent') {
      receipt[keeper.memberId] = JSON.stringify(listed.receipt ?? {})
      continue
    }
    // somebody DingTalk does not know as a person with work is still to hear of it
    if (listed !== undefined) refused = listed.reason
    await parts.say([replyTo(keeper, own, { kind: 'card', card: todoCard(todo, parts.codec) })])
    receipt[keeper.memberId] = 'card'
  }
  if (keepers.length === 0) return { outcome: 'refused', reason: 'nobody of the warehouse can be reached' }
  return { outcome: 'done', receipt: { ...receipt, ...(refused !== undefined && { list: refused }) } }
}

/** Undefined where the keeper has no list of work with the platform, or the page could not be opened from it. */
async function openListed(
  { list, linkFor }: TodoPortParts,
  todo: CommandPayloads['todo.open'],
  key: string,
  keeper: Receiver,
): Promise<Delivery | undefined> {
  const url = keeper.platform === 'dingtalk' ? linkFor(keeper, todo.returnId) : undefined
  if (list === undefined || url === undefined) return undefined
  return list.open({ key, userId: keeper.userId, title: texts.title(todo.returnId), rows: todoRows(todo), url })
}

async function close(
  parts: TodoPortParts,
  { returnId, opened }: CommandPayloads['todo.close'],
  key: string,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const entry = await parts.ledger.find(opened)
  if (entry?.state === 'held' || entry?.state === 'sent')
    return { outcome: 'retry', reason: 'it is being opened still' }
  const { list: _, ...standing } = entry?.receipt ?? {}
  const keepers = await parts.keepers()
  const closed: Record<string, string> = {}
  for (const [memberId, where] of Object.entries(standing)) {
    signal.throwIfAborted()
    if (where !== 'card') {
      const answer = await parts.list?.close(JSON.parse(where) as Receipt)
      if (answer?.outcome === 'retry') return answer
      closed[memberId] = answer?.outcome === 'sent' ? 'closed' : (answer?.reason ?? 'no list')
      continue
    }
    const keeper = keepers.find((one) => one.memberId === memberId)
    const reply = await closedReply(parts, `${opened}:${memberId}`, keeper, returnId)
    if (keeper !== undefined && reply !== undefined) await parts.say([replyTo(keeper, `${key}:${memberId}`, reply)])
    closed[memberId] = reply === undefined ? 'left' : 'redrawn'
  }
  return { outcome: 'done', receipt: closed }
}

/** The card is drawn anew where it stands; where that cannot be done it is left: a tap on it is told that the goods are in. */
async function closedReply(
  { receiptOf }: TodoPortParts,
  outboxKey: string,
  keeper: Receiver | undefined,
  returnId: string,
): Promise<Reply | undefined> {
  const { cardId, outTrackId, updateCode } = (await receiptOf(outboxKey)) ?? {}
  const id = cardId ?? outTrackId
  const platform = keeper?.platform as PlatformName | undefined
  if (id === undefined || platform === undefined || (platform === 'wecom' && updateCode === undefined)) return undefined
  const cardRef = { platform, id, ...(updateCode !== undefined && { updateCode }) }
  return { kind: 'card-update', cardRef, card: todoClosedCard(returnId) }
}
