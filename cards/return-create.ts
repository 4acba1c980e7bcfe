import type { PlanOf } from '../src/hub/write.ts'
import { factValues, type Phrase } from '../src/text/answers.ts'
import { beside, durationText, fenText } from '../src/text/format.ts'
import { carrierName, levelName } from '../src/text/zh-cn.ts'
import { createTexts, createLabels as labels } from '../src/text/zh-return-flow.ts'
import { goodsPhrase, type Row } from './order-rows.ts'

type CreatePlan = PlanOf<'return.create'>

/** 商品 金额 原因 面单 下一步 of a return that is applied for. */
export function createRows({ wish, facts }: CreatePlan): readonly Row[] {
  return [
    ...requestRows({ wish, facts }),
    [labels.next, createTexts.next(levelName(facts.first.role), durationText(facts.first.limitMs))],
  ]
}

function requestRows({ wish, facts }: Pick<CreatePlan, 'wish' | 'facts'>): readonly Row[] {
  return [
    [labels.goods, goodsPhrase(facts.lines)],
    [labels.amount, facts.refundFen === undefined ? createTexts.unknownAmount : fenText(BigInt(facts.refundFen))],
    [labels.reason, wish.reason],
    [labels.label, labelText(facts)],
  ]
}

/** 中通75894561230147✓; without the tick where a person said the number. */
function labelText({ carrier, waybillNo, sure }: CreatePlan['facts']): Phrase {
  const label = carrier === undefined ? waybillNo : beside(carrierName(carrier), waybillNo)
  return { head: sure ? createTexts.sureLabel(label) : label }
}

/** 3段奶粉×2、纸尿裤×1 */
export function goodsText(goods: readonly { readonly name: string; readonly qty: number }[]): string {
  return goods.map(({ name, qty }) => `${name}${factValues.times(qty)}`).join(factValues.and)
}
