import type { Phrase } from './answers.ts'
import { fenText } from './format.ts'

/** Sentences of the answers about money going back, and the names of the ways it was paid. Manner as in answers.ts. */

export const refundWords = {
  released: (at: string, method: string) => `${at}已放行，${method}`,
  origin: (method: string | undefined) => (method === undefined ? '原路' : `原路（${method}）`),
  etaTitle: (range: string, method: string): Phrase => ({ head: `预计${range}到账`, tail: `，${method}` }),
  lateTitle: (day: string): Phrase => ({ head: `已过预计${day}，还没有到账记录` }),
  doneTitle: (at: string, method: string): Phrase => ({ head: `已于${at}退回`, tail: `，${method}` }),
  noneTitle: (why: string): Phrase => ({ head: '没有退款：', body: why }),
  rejected: (reason: string | undefined) => `退货已驳回${reason === undefined ? '' : `，${reason}`}`,
  withdrawn: '退货已撤回',
  notYetTitle: (where: string): Phrase => ({ head: '还没到退款这一步：卡在', body: where }),
  stages: {
    approval: (held: string) => held,
    unassigned: '审批，还没有分到人',
    goods: '寄回，货未到仓',
    check: '验货核实',
    release: '财务放款',
    released: '已放行，等到账',
    refunded: '已退回',
  },
  range: (range: string) => `${range}到账`,
  unknownRange: '未知，退件超过常规时间未到仓',
  lateRange: (day: string) => `已过${day}，未见到账`,
  arrived: (at: string) => `${at}已退回`,
  ifKept: {
    overdue: (transit: string) => `本级已超时：按整单24小时内审完、退件${transit}天到仓推算`,
    whole: (transit: string) => `审批已超24小时：按今天审完、退件${transit}天到仓推算`,
    approval: (transit: string) => `前提：审批不超时，退件${transit}天到仓，入库当天放款`,
    goods: (transit: string) => `前提：退件按常规${transit}天到仓，入库当天放款`,
    release: '前提：今天放款；验货或核实没有结束就会推后',
  },
  lateHint: '请财务查放款回执，再回复客户',
  orderRefund: (amount: string | undefined, at: string): Phrase => ({
    head: amount === undefined ? `已于${at}退款` : `已退${amount}，${at}`,
  }),
  orderRefundDue: { head: '还没有退款记录，等财务退款' } as Phrase,
  orderRefundUnknown: '未知，订单上没有放款时间',
  nothingPaid: { head: '没有退款：这一单没有付款' } as Phrase,
  cancelledWithoutReturn: '订单已取消',
} as const

/** How a span reads: the day after release to the third working day. */
export function spanText(from: { n: number; unit: string }, to: { n: number; unit: string }): string {
  const one = ({ n, unit }: { n: number; unit: string }) =>
    unit === 'days' ? `第${n}天` : unit === 'working-days' ? `第${n}个工作日` : `次月${Math.max(1, n)}日`
  return `到账时间：放款后${one(from)}到${one(to)}`
}

export const amountWords = {
  /**
   * 退¥262=商品¥268-优惠分摊¥6; without anything taken off the goods were paid as priced. The longest that has room, since
   * half a sum is a wrong sum.
   */
  sum: (done: boolean, refund: bigint, goods: bigint, share: bigint, room: number): Phrase => {
    const said = `${done ? '已退' : '退'}${fenText(refund, true)}`
    const [whole, off] = [fenText(goods, true), fenText(share < 0n ? -share : share, true)]
    const sums =
      share === 0n
        ? [`=实付${whole}`]
        : share < 0n
          ? [`=商品${whole}+加收${off}`]
          : [`=商品${whole}-优惠分摊${off}`, `=商品${whole}-优惠${off}`, `=${whole}-优惠${off}`]
    return { head: said + (sums.find((sum) => [...said, ...sum].length <= room) ?? '') }
  },
  differs: (gap: string): Phrase => ({ head: '与系统记录不符', tail: `，差${gap}` }),
  storedOnly: (refund: string): Phrase => ({ head: `系统记录退${refund}`, tail: '，算不出明细' }),
  unknown: (why: string): Phrase => ({ head: '金额未知：', body: why }),
  missing: { amounts: '商品没有金额', paid: '没有实付金额', lines: '退货行对不上订单' },
  line: (goods: bigint, share: bigint, refund: bigint) =>
    share === 0n ? ` ${fenText(refund)}` : ` ${fenText(goods)}-${fenText(share)}=${fenText(refund)}`,
  notBack: (freight: string) => `${freight}，不在退款里`,
  same: (stored: string) => `${stored}，一致`,
  minus: (share: string) => `-${share}`,
  paidNote: (paid: string) => `${paid}（整单）`,
  finance: '财务',
  checkFirst: '请财务核对两个数，再回复客户',
  partly: (received: number, due: number) => `按实收${received}/${due}件计算`,
} as const

/** 微信 of 原路退回(微信); the payment method of the order when the return names none. */
export function methodText(refundMethod: string | undefined, payMethod: string | undefined): string | undefined {
  const inside = /[（(]([^（）()]+)[）)]/.exec(refundMethod ?? '')?.[1]
  return inside ?? payMethod ?? refundMethod
}

const payMethods = [
  [/零钱/, 'wechat_balance'],
  [/微信|财付通/, 'wechat'],
  [/花呗/, 'huabei'],
  [/支付宝|余额宝/, 'alipay'],
  [/抖音|豆包|DOU分期/i, 'douyin_pay'],
  [/京东|白条/, 'jd_pay'],
  [/月结|账期|挂账|赊/, 'on_account'],
  [/转账|汇款|对公/, 'bank_transfer'],
  [/银行|信用卡|借记卡|储蓄卡|银联|云闪付/, 'bank_card'],
  [/现金/, 'cash'],
] as const

/** The code of a way to pay as channels write it, for the table of refund times. */
export function payMethodCode(text: string | undefined): (typeof payMethods)[number][1] | 'unknown' {
  return payMethods.find(([form]) => form.test(text ?? ''))?.[1] ?? 'unknown'
}
