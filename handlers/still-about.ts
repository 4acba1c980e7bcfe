import { tailOf } from '../cards/order-rows.ts'
import { cardLimits } from '../src/chat/card.ts'
import type { Reply, Subject } from '../src/chat/reply.ts'
import { factValues } from '../src/text/answers.ts'
import { channelName } from '../src/text/zh-cn.ts'
import { talk } from '../src/text/zh-conversation.ts'
import type { AskParts, Question } from './question.ts'

/** 抖音…2563, or the number of the return; undefined when the order is gone. */
export async function subjectName({ lookup }: Pick<AskParts, 'lookup'>, about: Subject): Promise<string | undefined> {
  if (about.returnId !== undefined) return talk.returnNo(about.returnId)
  const order = await lookup.track(about.orderId)
  return order && factValues.orderTail(channelName(order.channel), tailOf(order.orderNo))
}

/** An answer that rests on memory says so: what was looked at may not be what was meant. Words to be pasted stay bare. */
export async function saysWhichOne(parts: AskParts, question: Question, reply: Reply): Promise<Reply> {
  const { about, understood } = question
  if (about?.how !== 'remembered') return reply
  const name = await subjectName(parts, about)
  if (name === undefined) return reply
  return saying(reply, talk.stillAbout(name), understood.hints.script === true)
}

/** What goes to the direct chat says it too: it stands there without the question. */
function saying(reply: Reply, said: string, toPaste: boolean): Reply {
  const direct = reply.direct === undefined ? {} : { direct: saying(reply.direct, said, toPaste) }
  switch (reply.kind) {
    case 'none':
      return reply
    case 'text':
      return { ...reply, ...direct, text: toPaste ? reply.text : `${said}\n${reply.text}` }
    default: {
      const lines = [said, ...(reply.card.lines ?? [])].slice(0, cardLimits.lines)
      return { ...reply, ...direct, card: { ...reply.card, lines } }
    }
  }
}
