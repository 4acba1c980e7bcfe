import type { ActionName } from '../cards/actions.ts'
import type { CardTapEvent } from '../src/chat/event.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { PhotoRead } from '../src/hub/photo-reading.ts'
import { sentences } from '../src/text/sentences.ts'
import { photoTexts } from '../src/text/zh-photos.ts'
import { receiptTexts, receivePageTexts } from '../src/text/zh-receipt.ts'
import { type Question, textReply } from './question.ts'
import { bookAtOnce, receiptTaps, wrongParcel } from './receipt.ts'
import { type ParcelScan, scanQuestion } from './receive-photo.ts'
import { type ReturnReceiveParts, returnReceiveTaps } from './return-receive.ts'
import { returnOfCode } from './return-scan.ts'
import { foreignTap } from './rights.ts'
import type { TapHandler } from './taps.ts'
import { writeTaps } from './write-taps.ts'

/** One act on the page of the to-do; `expects`: the return the page was opened for. */
export type PageAct = ParcelScan & { readonly expects?: string }

/** What the page of a keeper can do. Rights, state and counts are looked at by the server each time, as in the chat. */
export type ReceivePage = {
  scan(act: PageAct, code: string): Promise<Reply>
  photo(act: PageAct, read: PhotoRead): Promise<Reply>
  tap(act: PageAct, token: string): Promise<Reply>
}

export function receivePage(parts: ReturnReceiveParts): ReceivePage {
  const taps = tapsOfPage(parts)
  const scan = (act: PageAct, code: string) => scanned(parts, act, code)
  return {
    scan,
    photo: async (act, read) => {
      const number = read.outcome === 'read' && read.reading.sure ? read.reading.waybillNo : null
      if (number !== null) return scan(act, number)
      return textReply(scanQuestion(act), unreadText(read))
    },
    tap: async (act, token) => {
      const { member, nowMs } = act
      const question = scanQuestion(act)
      const decoded = parts.codec.decode(token, { memberId: member.id, nowMs })
      const handler = decoded.outcome === 'ok' ? taps[decoded.action] : undefined
      const event = tapEvent(act, token)
      if (decoded.outcome === 'not-yours') return foreignTap(parts.rights)({ event, member }, decoded.action)
      if (decoded.outcome !== 'ok' || handler === undefined)
        return textReply(question, decoded.outcome === 'expired' ? sentences.expired : sentences.forged)
      const reply = await handler({ event, member, view: question.view, args: decoded.args })
      await remember(parts, question, reply)
      return reply
    },
  }
}

function tapsOfPage(parts: ReturnReceiveParts): Partial<Record<ActionName, TapHandler>> {
  const { 'write.confirm': confirm, 'write.cancel': cancel } = writeTaps(parts)
  return { ...receiptTaps(parts), ...returnReceiveTaps(parts), 'write.confirm': confirm, 'write.cancel': cancel }
}

async function scanned(parts: ReturnReceiveParts, act: PageAct, code: string): Promise<Reply> {
  const question = scanQuestion(act)
  const returnId = await returnOfCode(parts, code)
  if (returnId === undefined) return textReply(question, receiptTexts.noReturn)
  const { expects } = act
  if (expects !== undefined && expects !== returnId && (await waits(parts, expects)))
    return wrongParcel(parts, question, { returnId: expects }, returnId)
  const reply = await bookAtOnce(parts, question, returnId)
  await remember(parts, question, reply)
  return reply
}

async function waits(parts: ReturnReceiveParts, returnId: string): Promise<boolean> {
  const found = await parts.returns.byNo(returnId)
  return found !== undefined && found.request.receivedAtMs === undefined
}

/** What was done on the page can be gone on with in the chat: 有破损. */
async function remember({ memory }: ReturnReceiveParts, question: Question, { trace }: Reply): Promise<void> {
  if (trace?.about === undefined) return
  const { place, answerKey } = question
  await memory?.remember(place, { intent: 'return.inbound', slots: {}, answerKey, about: trace.about, waiting: false })
}

function unreadText(read: PhotoRead): string {
  if (read.outcome === 'refused') return photoTexts.refused(read.reason)
  if (read.outcome === 'failed') return photoTexts.failed[read.reason]
  const { waybillNo } = read.reading
  return waybillNo === null ? receivePageTexts.unread : receivePageTexts.unsure(waybillNo)
}

function tapEvent({ place, member, key, nowMs }: PageAct, token: string): CardTapEvent {
  const { platform, conversationId } = place
  return {
    kind: 'card-tap',
    id: key,
    platform,
    conversation: { platform, kind: 'direct', id: conversationId },
    sender: { id: member.id, trusted: true },
    sentAtMs: nowMs,
    token,
    cardRef: { platform, id: key },
  }
}
