import type { CarrierCode, OrderFacts } from '../src/hub/order-facts.ts'
import { normaliseWaybill } from '../src/hub/waybill-no.ts'
import type { WishOf } from '../src/hub/write.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { askTexts, signerKinds } from '../src/text/zh-writes.ts'
import { type Sighting, theOrder } from './found-or-not.ts'
import { type Answerer, type Question, textReply } from './question.ts'
import { guarded, preview, type WriteParts } from './write-flow.ts'

type Found = Extract<Sighting, { outcome: 'one' }>

/** An answerer of a write about one order: rights, then which order, then the wish, which is shown and never carried out here. */
function aboutOrder(parts: WriteParts, answer: (question: Question, found: Found) => ReturnType<Answerer>): Answerer {
  return guarded(parts, async (question) => {
    const sighting = await theOrder(parts, question)
    return sighting.outcome === 'reply' ? sighting.reply : answer(question, sighting)
  })
}

/** order.cancel: the reason is asked for when it was not said. */
export function orderCancel(parts: WriteParts): Answerer {
  return aboutOrder(parts, async (question, { order }) => {
    const { reason } = question.understood.slots
    return preview(parts, question, {
      kind: 'order.cancel',
      orderId: order.id,
      ...(reason !== undefined && { reason }),
    })
  })
}

/** order.edit_waybill: from which number to which. */
export function orderEditWaybill(parts: WriteParts): Answerer {
  return aboutOrder(parts, async (question, { order }) => {
    const { new_waybill_no: said, waybill_no: oldNo, carrier } = question.understood.slots
    if (said === undefined) return textReply(question, askTexts.newNumber, undefined, { orderId: order.id })
    const code = carrierCode(carrier)
    const wish: WishOf<'order.edit_waybill'> = {
      kind: 'order.edit_waybill',
      orderId: order.id,
      newNo: normaliseWaybill(said),
      ...(oldNo !== undefined && { oldNo: normaliseWaybill(oldNo) }),
      ...(code !== undefined && { carrier: code }),
    }
    return preview(parts, question, wish)
  })
}

const namedCarriers: readonly CarrierCode[] = ['SF', 'JD', 'JT', 'YTO', 'DBL', 'STO', 'YUNDA', 'ZTO', 'EMS', 'POST']

function carrierCode(said: string | undefined): CarrierCode | undefined {
  return said === undefined ? undefined : namedCarriers.find((code) => carrierName(code) === said)
}

const longestSigner = 20

/** order.mark_signer: who took it in or signed, with a picture where one came along. */
export function orderMarkSigner(parts: WriteParts): Answerer {
  return aboutOrder(parts, async (question, { order }) => {
    const { as, signer } = signerOf(question.understood.slots.signer)
    const wish: WishOf<'order.mark_signer'> = {
      kind: 'order.mark_signer',
      orderId: order.id,
      as,
      pictures: question.media.slice(0, 1),
      ...(signer !== undefined && { signer }),
    }
    return preview(parts, question, wish)
  })
}

/** 代收:物业 → agent, 物业; words without a kind name the person who took it in. */
function signerOf(said: string | undefined): { readonly as: 'agent' | 'other'; readonly signer?: string } {
  const [kind = '', who] = (said ?? '').split(':')
  const as = kind === signerKinds.other ? 'other' : 'agent'
  const named = kind === signerKinds.agent || kind === signerKinds.other ? who : kind
  const signer = [...(named ?? '').replace(/[:\s]+/g, ' ').trim()].slice(0, longestSigner).join('')
  return { as, ...(signer !== '' && { signer }) }
}

/** return.add_note: words and pictures to a return, or to the order that has none. */
export function returnAddNote(parts: WriteParts): Answerer {
  return aboutOrder(parts, async (question, found) => {
    const { order } = found
    const returnId = returnMeant(question, found)
    const wish: WishOf<'return.add_note'> = {
      kind: 'return.add_note',
      orderId: order.id,
      owner: returnId === undefined ? 'order' : 'return',
      ownerId: returnId ?? order.id,
      text: question.understood.slots.reason ?? '',
      pictures: question.media,
    }
    return preview(parts, question, wish)
  })
}

/** The return that was said or chosen, else the one that is still open, else the newest. */
function returnMeant({ understood }: Question, { order, returnId }: Found): string | undefined {
  const said = returnId ?? understood.slots.return_no
  if (said !== undefined && order.returns.some(({ id }) => id === said)) return said
  return (order.returns.find(isOpen) ?? order.returns[0])?.id
}

export function isOpen({ approval, closedAtMs }: OrderFacts['returns'][number]): boolean {
  return closedAtMs === undefined && (approval === 'pending' || approval === 'approved')
}

/** logistics.call_carrier: somebody has to ring the carrier about this parcel. */
export function logisticsCallCarrier(parts: WriteParts): Answerer {
  return aboutOrder(parts, async (question, { order }) => {
    const { waybill_no: waybillNo } = question.understood.slots
    const wish: WishOf<'logistics.call_carrier'> = {
      kind: 'logistics.call_carrier',
      orderId: order.id,
      ...(waybillNo !== undefined && { waybillNo: normaliseWaybill(waybillNo) }),
    }
    return preview(parts, question, wish)
  })
}
