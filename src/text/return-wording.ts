/** What an agent pastes to the customer about returns, refunds, gifts and stock: manner as in customer-wording.ts. */

const order = (tail: string): string => `您好，您的订单（尾号${tail}）`
const close = '有需要随时联系我们。'

export const returnWording = {
  reviewing: (tail: string) => `${order(tail)}的退货申请正在审核，有结果会第一时间告诉您。${close}`,
  rejected: (tail: string, reason: string | undefined) =>
    `${order(tail)}的退货申请没有通过${reason === undefined ? '' : `，原因是：${reason}`}。如果您有不同意见，可以补充照片或说明，我们再为您核实。`,
  withdrawn: (tail: string) => `${order(tail)}的退货申请已经撤回，如果还需要退货，请再联系我们。`,
  approved: (tail: string) => `${order(tail)}的退货申请已通过，请您把商品寄回，并保留好寄件单号。${close}`,
  underWay: (tail: string, parcel: string) =>
    `${order(tail)}的退货申请已通过，退回的包裹${parcel}我们还没有收到，收到后会马上为您验货。${close}`,
  received: (tail: string, when: string) => `${order(tail)}退回的商品已于${when}收到，正在为您办理退款。${close}`,
  /** The money has left us; when it arrives is the bank's. */
  receivedReleased: (tail: string, when: string, amount: string, method: string) =>
    `${order(tail)}退回的商品已于${when}收到，退款${amount}已办理，按原支付方式${method}退回，请您留意。${close}`,
  receivedPart: (tail: string, when: string, received: number, due: number) =>
    `${order(tail)}退回的商品已于${when}收到，应收${due}件，实收${received}件，正在为您核实。${close}`,
  released: (tail: string, amount: string, range: string, method: string) =>
    `${order(tail)}的退款${amount}已办理，预计${range}按原支付方式${method}退回，请您留意。${close}`,
  late: (tail: string, amount: string) =>
    `${order(tail)}的退款${amount}已办理，到账时间比预计的晚，非常抱歉，我们正在为您核实。${close}`,
  refunded: (tail: string, amount: string, when: string, method: string) =>
    `${order(tail)}的退款${amount}已于${when}按原支付方式${method}退回，请您查看。${close}`,
  before: {
    review: (tail: string, range: string) =>
      `${order(tail)}的退货申请正在审核。审核通过、商品寄回并验货后为您退款，顺利的话预计${range}到账。${close}`,
    goods: (tail: string, range: string | undefined) =>
      `${order(tail)}的退货申请已通过，收到您寄回的商品并验货后为您退款${range === undefined ? '' : `，顺利的话预计${range}到账`}。${close}`,
    checking: (tail: string, range: string) =>
      `${order(tail)}退回的商品已收到，正在核对，核对完成后为您退款，顺利的话预计${range}到账。${close}`,
  },
  amount: (tail: string, refund: string, why: string, done: boolean) =>
    `${order(tail)}的退款金额是${refund}${why}，${done ? '已为您退回' : '会按原支付方式退回'}。${close}`,
  amountShare: (goods: string, share: string) => `：商品${goods}，减去下单时享受的优惠${share}`,
  amountPaid: '，按您实际支付的金额退回',
  amountChecking: (tail: string) => `${order(tail)}的退款金额正在为您核对，核对好后第一时间告诉您。${close}`,
  none: (tail: string) => `${order(tail)}目前没有退货申请，如果需要退货，请告诉我们原因，并拍一张商品照片。`,
  orderRefunded: (tail: string, amount: string, when: string) =>
    `${order(tail)}的退款${amount}已于${when}按原支付方式退回，请您查看。${close}`,
  orderRefundDue: (tail: string) => `${order(tail)}的退款正在为您核实，有进展会第一时间告诉您。${close}`,
  range: (from: string, to: string) => (from === to ? from : `${from}至${to}`),
  inMethod: (method: string) => `（${method}）`,
} as const

export const policyWording = {
  yes: (noReasonDays: number, unopened: boolean) =>
    `您好，商品${unopened ? '未拆封、' : ''}不影响再次销售的，签收后${noReasonDays}天内可以申请退货，收到后以验货结果为准。${close}`,
  opened: (what: string, why: string, qualityDays: number) =>
    `您好，${what}拆封后${why}，不适用七天无理由退货，非常抱歉。如果是质量问题、破损或发错，签收${qualityDays}天内可以申请，请您拍照给我们核实。`,
  fault: (qualityDays: number) =>
    `您好，质量问题、破损或发错的商品，签收${qualityDays}天内可以申请退货，请您拍照给我们核实，收到后以验货结果为准。${close}`,
  late: (days: number) =>
    `您好，这件商品签收已经${days}天，超过了退货期限，非常抱歉。如果有特殊情况，请告诉我们，我们为您申请核实。`,
  lateNoDay: '您好，这件商品已经超过退货期限，非常抱歉。如果有特殊情况，请告诉我们，我们为您申请核实。',
  qualityOnly: (qualityDays: number) =>
    `您好，这件商品已经超过无理由退货期限。如果是质量问题、破损或发错，签收${qualityDays}天内可以申请，请您拍照给我们核实。`,
  unsigned: (noReasonDays: number) => `您好，您的商品还没有签收，签收后${noReasonDays}天内可以申请退货。${close}`,
  cancelled: (tail: string) => `${order(tail)}已取消，不需要再退货。${close}`,
  unpaid: (tail: string) => `${order(tail)}还没有付款，不需要退货。${close}`,
} as const

export const giftWording = {
  number: (parcel: string) => `，${parcel}`,
  together: (tail: string, gift: string) => `${order(tail)}的赠品${gift}和商品在同一个包裹里，请您留意查收。${close}`,
  togetherSoon: (tail: string, gift: string) => `${order(tail)}有赠品${gift}，会为您一起安排。${close}`,
  apart: (tail: string, gift: string, parcel: string, due: string | undefined) =>
    `${order(tail)}的赠品${gift}单独一个包裹发出${parcel}${due === undefined ? '' : `，预计${due}送达`}，请您留意查收。${close}`,
  apartSoon: (tail: string, gift: string) => `${order(tail)}的赠品${gift}会单独发出，发出后为您更新单号。${close}`,
  signed: (tail: string, gift: string) =>
    `${order(tail)}的赠品${gift}随包裹送出，系统显示已签收。请您再看一下外箱和填充物里，如果没有，请拍照给我们核实。`,
  belowThreshold: (tail: string, threshold: string, paid: string, gap: string) =>
    `${order(tail)}实付${paid}，赠品活动需要满${threshold}，还差${gap}，所以这一单没有赠品。${close}`,
  notQualified: (tail: string) => `${order(tail)}暂不符合赠品活动的条件，所以这一单没有赠品。${close}`,
  outOfStock: (tail: string, gift: string) =>
    `${order(tail)}的赠品${gift}目前缺货，非常抱歉，有进展会为您更新。${close}`,
  checking: (tail: string) => `${order(tail)}的赠品正在为您核实，核实好后第一时间告诉您。${close}`,
  cancelled: (tail: string) => `${order(tail)}已取消，赠品不再发出。${close}`,
} as const

export const stockWording = {
  have: (goods: string) => `您好，${goods}目前有货，下单后会尽快为您安排发货。${close}`,
  none: (goods: string) => `您好，${goods}目前缺货，到货时间还没有确定，到货后欢迎再来选购。${close}`,
} as const

/** A customer reads about tastes and health, not about rules. */
export const openedForCustomer: Readonly<Record<string, string>> = {
  health: '会影响食用安全',
  hygiene: '会影响卫生',
  quality: '品质会发生变化',
}
