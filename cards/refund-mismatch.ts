import type { Button, Card } from '../src/chat/card.ts'
import type { RefundMismatch } from '../src/hub/refund-mismatch.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText, fenText } from '../src/text/format.ts'
import { mismatchTexts as texts } from '../src/text/zh-mismatch.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'

const asIs = (text: string): string => text

/** For finance: what the platform paid back and what was approved; a tap says which amount the ERP is told. */
export function refundMismatchCard(mismatch: RefundMismatch, nowMs: number, codec: ActionCodec): Card {
  const { returnId, approvedFen, platformFen } = mismatch
  const [approved, platform] = [BigInt(approvedFen), BigInt(platformFen)]
  const take = (which: 'p' | 'a', label: string): Button => ({
    label,
    token: codec.encode('receivable.settle', [returnId, which, platformFen]),
    style: 'plain',
  })
  return fitCard(
    {
      title: texts.title(returnId),
      tone: 'warn',
      facts: [
        orderRow(mismatch),
        [texts.platform, fenText(platform)],
        [texts.approved, fenText(approved)],
        [texts.gap, texts.gapValue(platform - approved)],
        [texts.state, texts.waits],
      ],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [
        take('p', texts.takePlatform(platform)),
        take('a', texts.takeApproved(approved)),
        seeButton(mismatch, codec),
      ],
    },
    asIs,
  )
}

/** The same card once it is settled. */
export function mismatchSettledCard(
  mismatch: RefundMismatch,
  amountFen: string,
  nowMs: number,
  codec: ActionCodec,
): Card {
  return fitCard(
    {
      title: texts.settledTitle(mismatch.returnId),
      tone: 'calm',
      facts: [
        orderRow(mismatch),
        [texts.platform, fenText(BigInt(mismatch.platformFen))],
        [texts.approved, fenText(BigInt(mismatch.approvedFen))],
        [texts.settled, fenText(BigInt(amountFen))],
        [texts.next, texts.nextValue],
      ],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [seeButton(mismatch, codec)],
    },
    asIs,
  )
}

const orderRow = ({ channel, orderNo }: RefundMismatch): Row => [texts.order, texts.orderValue(channel, orderNo)]

function seeButton({ orderId, returnId }: RefundMismatch, codec: ActionCodec): Button {
  const token = codec.encode('ask.about', ['return.status', orderId, returnId])
  return { label: texts.see, token, style: 'plain', say: texts.saySee(returnId) }
}
