import { signatureOf, signedCard } from '../cards/logistics-signed.ts'
import { holdersOf, may } from '../src/chat/member.ts'
import type { Reply, Trace } from '../src/chat/reply.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { orList, sentences } from '../src/text/sentences.ts'
import { roleName } from '../src/text/zh-cn.ts'
import { asksPhoto, logisticsSentences as say } from '../src/text/zh-logistics.ts'
import { theOrder } from './found-or-not.ts'
import { aboutOneOrder } from './logistics-answers.ts'
import { type Answerer, type AskParts, type Question, traceOf } from './question.ts'
import { deniedReply } from './rights.ts'
import { questionOf, type TapHandler, tapText } from './taps.ts'

/** logistics.signed: who signed and when; 签收照片 gives the stored link. */
export function logisticsSigned(parts: AskParts): Answerer {
  const card = aboutOneOrder(parts, signedCard)
  return async (question) => {
    if (!asksPhoto(question.text) || question.understood.hints.script) return card(question)
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    // nothing to give: the card says what there is instead
    return linkOf(sighting.order) === undefined ? card(question) : photoReply(question, sighting.order)
  }
}

/** [看照片] */
export function signPhotoTaps({ lookup }: Pick<AskParts, 'lookup'>) {
  return {
    'sign.photo': async (tap) => {
      const [orderId] = tap.args
      const order = orderId === undefined ? undefined : await lookup.track(orderId)
      return order === undefined
        ? tapText(tap, sentences.orderGone)
        : photoReply(questionOf(tap, 'logistics.signed'), order)
    },
  } as const satisfies Record<string, TapHandler>
}

/** The picture shows a door, perhaps a face: only for who may see people in full, and never in a group. */
function photoReply(question: Question, order: OrderFacts): Reply {
  const trace: Trace = traceOf(question, 'answer', { orderId: order.id })
  const url = linkOf(order)
  if (url === undefined) return { kind: 'text', text: say.noPhoto, trace }
  if (!may(question.member, 'see-full')) {
    const roles = orList(holdersOf('see-full').map(roleName))
    return deniedReply(question, say.photoDenied(roles))
  }
  if (!question.group) return { kind: 'text', text: say.photoLink(url), trace }
  return { kind: 'text', text: say.photoPrivately, trace, direct: { kind: 'text', text: say.photoLink(url) } }
}

/** The stored address of the photo: of the order, else of its parcels. */
function linkOf(order: OrderFacts): string | undefined {
  const urls = order.parcels.flatMap(({ signPhotoUrl }) => signPhotoUrl ?? [])
  const all = urls.length > 0 ? urls : [signatureOf(order)?.photoUrl ?? order.signPhotoUrl ?? '']
  return all.filter((url) => /^https?:\/\//.test(url)).join('\n') || undefined
}
