import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { orderScript } from '../../cards/order-script.ts'
import { orderSummaryCard } from '../../cards/order-summary.ts'
import { cardText } from '../../src/chat/card.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import { anyMoment, anyOrder } from '../kit/arbitrary-order.ts'
import { codec, everyCard, scripted } from '../kit/every-card.ts'
import { nowMs, order } from '../kit/sample-orders.ts'

const person = fc.record({
  name: fc.constantFrom('张伟', '欧阳娜娜', '刘芳', '安心母婴(义乌)', '阿依古丽'),
  phone: fc.oneof(
    fc.stringMatching(/^1[3-9]\d{9}$/),
    fc.stringMatching(/^18[48]\d{8}-\d{3,4}$/),
    fc.stringMatching(/^057\d-\d{8}$/),
  ),
  address: fc
    .tuple(fc.constantFrom('浙江省杭州市西湖区文三路', '上海市徐汇区漕溪路'), fc.integer({ min: 1, max: 999 }))
    .map(([road, number]) => `${road}${number}号翡翠城3幢1201室`),
})

/** The person stands in every field a source can put words into, as sources really do. */
function withPerson(
  facts: OrderFacts,
  { name, phone, address }: { name: string; phone: string; address: string },
): OrderFacts {
  const told = `${name} ${phone} ${address}`
  return {
    ...facts,
    consigneeName: name,
    phone,
    address,
    signer: `${name}(本人)`,
    cancelReason: `${told} 不要了`,
    holdReason: told,
    delayReason: told,
    quarantineReason: told,
    waveNo: told,
    corrections: [{ field: 'signer', oldValue: `${name}(本人)`, newValue: told, by: '小李', atMs: facts.orderedAtMs }],
    parcels: facts.parcels.map((parcel) => ({
      ...parcel,
      signer: `${name}本人`,
      call: {
        id: 'WH2611220031',
        reason: told,
        openedAtMs: facts.orderedAtMs,
        closedAtMs: facts.orderedAtMs,
        result: told,
      },
      nodes: parcel.nodes.map((node) => ({ ...node, text: `${told}已签收`, place: `${address}` })),
    })),
  }
}

test('a masked card holds no full name, phone or address, wherever they are stored (R8a)', () => {
  fc.assert(
    fc.property(anyOrder, person, anyMoment, (facts, who, at) => {
      const shown = [
        ...everyCard([withPerson(facts, who)], { mode: 'masked', nowMs: at }).map(cardText),
        ...scripted.map((intent) => orderScript(withPerson(facts, who), at, intent)),
      ].join('\n')
      for (const secret of [who.name, who.phone, who.phone.replace('-', ''), who.address])
        expect(shown).not.toContain(secret)
      expect(shown).not.toMatch(/(?<![\dA-Z])1[3-9]\d{9}(?!\d)/)
    }),
    { numRuns: 300 },
  )
})

describe('a full view', () => {
  const card = orderSummaryCard(order(), { mode: 'full', nowMs }, codec)

  test('shows who receives it, in lines of their own', () => {
    expect(card.lines).toEqual(['收件 张伟 13685578806', '地址 浙江省杭州市西湖区文三路18号翡翠城3幢1201室'])
  })

  test('puts a long address on two lines and loses nothing of it', () => {
    const address =
      '新疆维吾尔自治区乌鲁木齐市天山区人民路建设大道与青年路交叉口东北角绿城桂园二期十八栋三单元一千二百零一室'
    const lines = orderSummaryCard(order({ address }), { mode: 'full', nowMs }, codec).lines ?? []
    expect(lines.slice(1).join('')).toBe(`地址 ${address}`)
  })
})
