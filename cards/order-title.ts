import type { Tone } from '../src/chat/card.ts'
import type { ExceptionKind, OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import { type Phrase, stageWords, statusTitles, steps, tails } from '../src/text/answers.ts'
import { dayText, dueText, durationText, momentText } from '../src/text/format.ts'
import { exceptionReason } from '../src/text/track-words.ts'
import { carrierName, exceptionName, holderName, levelName, stageName, trackStateName } from '../src/text/zh-cn.ts'
import { quarantineText } from '../src/text/zh-sheets.ts'
import { claimedShipped, isSent, leadParcel, newestNode, stepOf } from './parcels.ts'

export type Headline = { readonly title: Phrase; readonly tone: Tone }

const { plain, exception } = statusTitles

/** The conclusion of a status answer (product §2.8): 【阶段】最近一步，预计日期送达. Every word of it stands in a field. */
export function headline(order: OrderFacts, nowMs: number, waybillNo?: string): Headline {
  const stage = stageName(order.stage)
  switch (order.stage) {
    case 'pending_payment':
      return { title: plain(stage, steps.notPaid(momentText(order.orderedAtMs, nowMs))), tone: 'calm' }
    case 'on_hold':
      return { title: plain(stage, steps.onHold(order.holdReason)), tone: 'warn' }
    case 'quarantined':
      return quarantined(order)
    case 'paid':
      return paid(order, nowMs)
    case 'part_shipped':
    case 'shipped':
      return shipped(order, nowMs, waybillNo)
    case 'signed':
      return { title: plain(stage, signedStep(order.signedAtMs, order, nowMs)), tone: 'calm' }
    case 'returning':
      return returning(order, nowMs)
    case 'returned':
      return { title: plain(stage, returnedStep(order, nowMs), refundTail(order, nowMs)), tone: 'done' }
    case 'refunded':
      return { title: plain(stage, at(order.refundedAtMs, nowMs, steps.refunded)), tone: 'done' }
    case 'cancelled':
      return {
        title: plain(
          stage,
          at(order.cancelledAtMs, nowMs, (when) => steps.cancelled(when, order.cancelReason)),
        ),
        tone: 'done',
      }
  }
}

/** A step that only exists once its time is known. */
function at(ms: number | undefined, nowMs: number, step: (when: string) => string): string {
  return ms === undefined ? '' : step(momentText(ms, nowMs))
}

function quarantined(order: OrderFacts): Headline {
  const stage = order.carrier === undefined ? stageName('quarantined') : stageWords.quarantined
  return {
    title: plain(stage, steps.quarantined(order.quarantineReason && quarantineText(order.quarantineReason))),
    tone: 'warn',
  }
}

function paid(order: OrderFacts, nowMs: number): Headline {
  if (claimedShipped(order)) return { title: plain(stageWords.noWaybill, steps.shippedWithoutWaybill), tone: 'warn' }
  const late = nowMs - (order.promiseShipAtMs ?? nowMs)
  if (late > 0)
    return { title: plain(stageName('paid'), steps.overdue(durationText(late), order.delayReason)), tone: 'warn' }
  const tail = order.promiseShipAtMs === undefined ? '' : tails.shipBy(dueText(order.promiseShipAtMs, nowMs))
  return { title: plain(stageName('paid'), order.delayReason ?? steps.preparing(order.warehouse), tail), tone: 'calm' }
}

const toneOfException: Readonly<Record<ExceptionKind, Tone>> = {
  stuck: 'warn',
  delivery_failed: 'warn',
  unreachable: 'warn',
  unrecognised: 'warn',
  refused: 'alarm',
  damaged: 'alarm',
  lost: 'alarm',
  returning: 'alarm',
}

function shipped(order: OrderFacts, nowMs: number, waybillNo?: string): Headline {
  const parcel = leadParcel(order, waybillNo)
  if (parcel === undefined && order.carrier === 'PICKUP')
    return { title: plain(stageWords.pickup, at(order.shippedAtMs, nowMs, steps.atStore)), tone: 'calm' }
  if (parcel === undefined)
    return { title: plain(stageName(order.stage), at(order.shippedAtMs, nowMs, steps.noTrack)), tone: 'calm' }
  if (parcel.state === 'exception') return troubled(order, parcel)
  const sent = order.parcels.filter(isSent)
  const signed = sent.filter(({ state }) => state === 'signed').length
  const several = order.parcels.length > 1 && (waybillNo === undefined || parcel.waybillNo !== waybillNo)
  const body = several ? steps.parcels(order.parcels.length, signed) : moving(order, parcel, nowMs)
  return { title: plain(stageOfParcel(order, parcel), body, etaTail(parcel, nowMs)), tone: 'calm' }
}

function stageOfParcel(order: OrderFacts, { state }: ParcelFacts): string {
  if (order.stage === 'part_shipped') return stageName('part_shipped')
  if (state === 'created') return stageName('shipped')
  // the carrier says signed, but signer or photo is missing: the order may not be called signed
  return state === 'signed' ? stageWords.delivered : trackStateName(state)
}

function moving(order: OrderFacts, parcel: ParcelFacts, nowMs: number): string {
  if (parcel.state === 'created') return steps.waitingForScan(carrierName(parcel.carrier, parcel.carrierName))
  if (parcel.state === 'signed')
    return signedStep(
      parcel.signedAtMs ?? newestNode(parcel)?.atMs,
      parcel.signer === undefined ? order : parcel,
      nowMs,
      order.consigneeName,
    )
  if (parcel.state === 'delivering') return steps.delivering
  return stepOf(parcel) || trackStateName(parcel.state)
}

/** 预计11-23送达; once the day is over it says so instead of promising again. */
function etaTail(parcel: ParcelFacts, nowMs: number): string {
  if (parcel.etaAtMs === undefined || parcel.state === 'signed') return ''
  return parcel.etaAtMs > nowMs
    ? tails.eta(dueText(parcel.etaAtMs, nowMs))
    : tails.etaPassed(dayText(parcel.etaAtMs, nowMs))
}

function troubled(order: OrderFacts, parcel: ParcelFacts): Headline {
  const kind = parcel.exception ?? 'unrecognised'
  const node = newestNode(parcel)
  const reason = node?.state === 'exception' ? exceptionReason(node.text) : ''
  const holder = order.holder.group === 'nobody' ? undefined : holderName(order.holder.group)
  return { title: exception(exceptionName(kind), reason, holder), tone: toneOfException[kind] }
}

type Signed = { readonly signer?: string; readonly consigneeName?: string }

/** 11-21 14:02本人签收. The person's own name is not repeated: who bought it is known. */
function signedStep(
  ms: number | undefined,
  { signer, consigneeName }: Signed,
  nowMs: number,
  buyer = consigneeName,
): string {
  const when = ms === undefined ? '' : momentText(ms, nowMs)
  if (signer === undefined) return ms === undefined ? '' : steps.carrierSaysSigned(when)
  const self = signer.includes(steps.self) || (buyer !== undefined && signer.includes(buyer))
  return steps.signed(when, self ? steps.signedBySelf : steps.signedBy(signer))
}

/** 【退货中】待组长初审·小林，剩14分: who holds it and how long still. */
function returning(order: OrderFacts, nowMs: number): Headline {
  const stage = stageName('returning')
  const request = order.returns.find(({ approval }) => approval === 'pending' || approval === 'approved')
  if (request === undefined) return { title: plain(stage, ''), tone: 'calm' }
  if (request.approval === 'approved') {
    const body =
      request.receivedAtMs === undefined
        ? steps.returnApproved
        : steps.returnReceived(momentText(request.receivedAtMs, nowMs))
    return { title: plain(stage, body), tone: 'calm' }
  }
  const { role = 'cs_lead', holder, dueAtMs } = request.level ?? {}
  const left = dueAtMs === undefined ? undefined : dueAtMs - nowMs
  const tail =
    left === undefined ? '' : left > 0 ? tails.timeLeft(durationText(left)) : tails.timeOver(durationText(-left))
  return {
    title: plain(stage, steps.returnPending(levelName(role), holder), tail),
    tone: left !== undefined && left <= 0 ? 'warn' : 'calm',
  }
}

function returnedStep(order: OrderFacts, nowMs: number): string {
  return at(order.returnedAtMs, nowMs, steps.returned)
}

function refundTail(order: OrderFacts, nowMs: number): string {
  return order.refundedAtMs === undefined ? tails.awaitingRefund : tails.refundedOn(dayText(order.refundedAtMs, nowMs))
}
