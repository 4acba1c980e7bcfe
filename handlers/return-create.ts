import type { ActionName } from '../cards/actions.ts'
import type { MediaRef } from '../src/chat/event.ts'
import type { Reply } from '../src/chat/reply.ts'
import { allLines } from '../src/hub/create-return.ts'
import type { Draft } from '../src/hub/draft-rows.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Photos } from '../src/hub/photos.ts'
import { normaliseWaybill } from '../src/hub/waybill-no.ts'
import type { WishOf } from '../src/hub/write.ts'
import { sentences } from '../src/text/sentences.ts'
import { photoTexts } from '../src/text/zh-photos.ts'
import { createTexts, plainReason, saysAll } from '../src/text/zh-return-flow.ts'
import { secondsText, spentTexts } from '../src/text/zh-writes.ts'
import { catalogueWord } from '../src/understanding/goods.ts'
import { findQty } from '../src/understanding/trade.ts'
import type { Intent, Slots } from '../src/understanding/types.ts'
import { keyOf } from './find-orders.ts'
import { theOrder } from './found-or-not.ts'
import { type Answerer, type Aside, type Question, textReply } from './question.ts'
import { deniedReply, permitted } from './rights.ts'
import { questionOf, redrawn, type TapHandler } from './taps.ts'
import { guarded, preview, previewAnew, type WriteParts } from './write-flow.ts'

type CreateWish = WishOf<'return.create'>

export type ReturnCreateParts = WriteParts & {
  readonly photos: Pick<Photos, 'labelFor' | 'unclaimed' | 'confirm'>
  /** Has a picture that came with the line read like one sent alone. */
  readonly readPhoto: (media: MediaRef, question: Question) => Promise<void>
}

/**
 * return.create: order, photo of the label, goods, reason. Whatever is missing is asked for, one thing at a time; what is
 * whole is shown for its one confirmation (product J5).
 */
export function returnCreate(parts: ReturnCreateParts): Answerer {
  const answer: Answerer = async (question) => {
    const goesOn = await withTypedLabel(parts, question)
    if (goesOn !== undefined) return goesOn
    const nothingSaid = question.about === undefined && keyOf(question.understood) === undefined
    if (nothingSaid && question.media.length > 0) return textReply(question, photoTexts.reading)
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    return preview(parts, question, await wishFor(parts, question, sighting.order))
  }
  return guarded(parts, async (question) => {
    const reply = await answer(question)
    // read after the return stands as a draft: the reading then finds what it is for
    for (const media of question.media) await parts.readPhoto(media, question)
    return reply
  })
}

/** Numbers that name an order by themselves. */
const orderSlots: readonly (keyof Slots)[] = ['order_no', 'hub_no', 'return_no', 'order_tail', 'phone', 'phone_tail']

const onlyLabel = ({ understood: { slots } }: Question): string | undefined =>
  orderSlots.some((slot) => slots[slot] !== undefined) ? undefined : slots.waybill_no

/**
 * A waybill number alone: the one a photo left open, for the return that waits for it. Undefined when no photo is there to
 * have it, or when it names an order by itself.
 */
async function withTypedLabel(parts: ReturnCreateParts, question: Question): Promise<Reply | undefined> {
  const said = onlyLabel(question)
  if (said === undefined) return undefined
  const waybillNo = normaliseWaybill(said)
  const waiting = await waitingDraft(parts, question)
  if (waiting !== undefined) {
    const photo = waiting.wish.photo ?? (await parts.photos.labelFor(waiting.wish.orderId, question.place))?.id
    return previewAnew(parts, question, waiting, { ...waiting.wish, waybillNo, ...(photo !== undefined && { photo }) })
  }
  const photo = await parts.photos.unclaimed(question.place)
  if (photo === undefined || photo.number !== undefined) return undefined
  const match = await parts.photos.confirm(photo.id, waybillNo)
  return match === undefined ? textReply(question, createTexts.askOrder(waybillNo), 'clarify') : undefined
}

type CreateDraft = Draft & { readonly wish: CreateWish }

/** The return this person is about to apply for in this chat, while something of it is open. */
async function openDraft({ drafts }: WriteParts, { place }: Question): Promise<CreateDraft | undefined> {
  const draft = await drafts.newest(place)
  if (draft === undefined || draft.settled !== undefined || draft.wish.kind !== 'return.create') return undefined
  return { ...draft, wish: draft.wish }
}

async function waitingDraft(parts: WriteParts, question: Question): Promise<CreateDraft | undefined> {
  const draft = await openDraft(parts, question)
  return draft?.asked?.missing === 'photo' || draft?.asked?.missing === 'waybillNo' ? draft : undefined
}

async function wishFor(parts: ReturnCreateParts, question: Question, order: OrderFacts): Promise<CreateWish> {
  const { slots } = question.understood
  const photo = await parts.photos.labelFor(order.id, question.place)
  const line = lineSaid(slots.product, order)
  const qty = slots.qty ?? findQty(question.text)
  const reason = reasonSaid(slots)
  const label = labelSaid(slots.waybill_no, photo?.number, order)
  return {
    kind: 'return.create',
    orderId: order.id,
    ...(line !== undefined && { line }),
    ...(qty !== undefined && { qty }),
    ...(reason !== undefined && { reason }),
    ...(photo !== undefined && { photo: photo.id }),
    ...(label !== undefined && { waybillNo: label }),
  }
}

/** 奶粉结块: the goods are part of the reason; 纸尿裤1包: they are all there is, and no reason. */
function reasonSaid({ reason, product }: Slots): string | undefined {
  return plainReason(reason, product) === undefined ? undefined : plainReason(reason)
}

/** The one line the goods fit; several fit, or none: it is asked. */
function lineSaid(product: string | undefined, { lines }: OrderFacts): string | undefined {
  if (product === undefined) return undefined
  const word = catalogueWord(product).toLowerCase()
  const fitting = lines.filter(({ name, spec }) => `${name} ${spec ?? ''}`.toLowerCase().includes(word))
  return fitting.length === 1 ? fitting[0]?.id : undefined
}

/** A number beside the order is the label's where the photo left it open, or where it is none of the order's own. */
function labelSaid(said: string | undefined, read: string | undefined, order: OrderFacts): string | undefined {
  if (said === undefined) return undefined
  const number = normaliseWaybill(said)
  const own = order.waybillNo === number || order.parcels.some(({ waybillNo }) => waybillNo === number)
  return read === undefined || !own ? number : undefined
}

const longestAnswer = 30

/** Lines that may be an answer to what this desk asked: anything else is a question of its own and costs no look-up here. */
const answerLike: readonly Intent[] = [
  'unsupported',
  'return.create',
  'return.status',
  'return.add_note',
  'order.cancel',
  'alert.list',
  'refund.eta',
  'logistics.track',
]

/**
 * The answer to what an open return still lacks, in words: 破损, 全部, ②, 退1罐, the number of the label. Undefined where
 * nothing waits, or where the line names an order.
 */
export function returnCreateAside(parts: ReturnCreateParts): Aside {
  return async (question) => {
    const { understood, text } = question
    const { slots } = understood
    const named = [...orderSlots, 'customer_name' as const].some((slot) => slots[slot] !== undefined)
    if (named || !answerLike.includes(understood.intent) || [...text].length > longestAnswer) return undefined
    const draft = await openDraft(parts, question)
    if (draft === undefined) return undefined
    const asked = {
      ...question,
      understood: { ...understood, intent: 'return.create' as const, expect: 'card' as const },
    }
    if (slots.waybill_no !== undefined)
      return draft.asked?.missing === 'photo' || draft.asked?.missing === 'waybillNo'
        ? guarded(parts, async (one) => (await withTypedLabel(parts, one)) ?? textReply(one, spentTexts.unknown))(asked)
        : undefined
    const change = answerTo(draft, question)
    if (change === undefined) return undefined
    return guarded(parts, async (one) => previewAnew(parts, one, draft, { ...draft.wish, ...change }))(asked)
  }
}

/** What the words say of the piece that was asked for; a count of pieces is taken at any time. */
function answerTo({ asked, wish }: CreateDraft, { text, understood }: Question): Partial<CreateWish> | undefined {
  const said = text.trim()
  const { pick, yes, no } = understood.hints
  const offers = asked?.offers ?? []
  if (asked?.missing === 'line') {
    const offer = pick === undefined ? undefined : offers[pick - 1]
    if (saysAll(said)) return { line: allLines }
    return offer === undefined ? undefined : { line: offer.value }
  }
  if (asked?.missing === 'reason') {
    const chip = offers.find(({ value }) => value !== '' && said.startsWith(value) && said.length <= value.length + 2)
    if (chip !== undefined) return { reason: chip.value }
  }
  const qty = findQty(said)
  if (qty !== undefined && wish.line !== allLines) return { qty }
  const inOwnWords = understood.intent === 'unsupported' || understood.intent === 'return.create'
  const plain = yes === undefined && no === undefined && pick === undefined && understood.hints.unreadable === undefined
  const reason = asked?.missing === 'reason' && inOwnWords && plain ? plainReason(said) : undefined
  return reason === undefined || [...reason].length < 2 ? undefined : { reason }
}

/** What the buttons of this flow do that no other write has. */
export function returnCreateTaps(parts: ReturnCreateParts) {
  return {
    'return.photo': async (tap) => {
      const [draftId = '', photo] = tap.args
      const draft = await parts.drafts.find(draftId)
      const question = questionOf(tap, 'return.create', 'card')
      if (draft?.wish.kind !== 'return.create' || photo === undefined) return textReply(question, spentTexts.unknown)
      if (draft.memberId !== tap.member.id) return deniedReply(question, spentTexts.notYours)
      if (draft.settled !== undefined)
        return textReply(question, spentTexts[draft.settled.outcome](secondsText(draft.settled.atMs)))
      const refused = await permitted(parts.rights)(question)
      const reply = refused ?? (await previewAnew(parts, question, draft, { ...draft.wish, photo }))
      return redrawn(tap, reply, sentences.shown)
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}
