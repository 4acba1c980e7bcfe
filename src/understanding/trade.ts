import { numberOf, numeral } from './chinese-number.ts'
import { goodsLongestFirst } from './goods.ts'
import type { Span } from './marks.ts'

export type FoundWord = Span & { readonly value: string }

const channelForms: readonly (readonly [RegExp, string])[] = [
  [/抖音(?:小店|商城)?|抖店|斗音|douyin|(?<![a-z])dy(?![a-z])/i, '抖音'],
  [/天猫|淘宝|tmall|taobao|(?<![a-z])t[mb](?![a-z])/i, '天猫'],
  [/京东(?!物流|快递)|狗东|(?<![a-z])jd(?![a-z])(?!物流|快递)/i, '京东'],
  [/小程序|微信小店|视频号|有赞|(?<![a-z])xcx(?![a-z])/i, '小程序'],
  [/(?<![a-z])pos(?![a-z])机?|门店|线下店?|实体店/i, 'POS'],
  [/经销商?|分销商?|代理商?/, '经销商'],
]

const carrierForms: readonly (readonly [RegExp, string])[] = [
  [/顺丰(?:速运|快递)?|顺风(?:快递)?|(?<![a-z])sf(?![a-z\d])/i, '顺丰'],
  [/中通(?:快递)?|(?<![a-z])zto(?![a-z\d])/i, '中通'],
  [/圆通(?:速递|快递)?|(?<![a-z])yto(?![a-z\d])/i, '圆通'],
  [/申通(?:快递)?|(?<![a-z])sto(?![a-z\d])/i, '申通'],
  [/韵达(?:快递)?|(?<![a-z])yunda(?![a-z\d])/i, '韵达'],
  [/极兔(?:速递|快递)?|(?<![a-z])j&?t(?![a-z\d])/i, '极兔'],
  [/京东(?:物流|快递)|(?<![a-z])jd(?:物流|快递|l)/i, '京东物流'],
  [/中国邮政|邮政(?:快递|包裹)?|(?<![a-z])ems(?![a-z\d])/i, '邮政'],
  [/德邦(?:快递)?|(?<![a-z])dbl(?![a-z\d])/i, '德邦'],
]

function first(line: string, forms: readonly (readonly [RegExp, string])[]): FoundWord | undefined {
  let found: FoundWord | undefined
  for (const [form, value] of forms) {
    const match = form.exec(line)
    if (match !== null && match.index < (found?.start ?? Number.POSITIVE_INFINITY))
      found = { value, start: match.index, end: match.index + match[0].length }
  }
  return found
}

/** Where it was sold, if the line says so. */
export function findChannel(line: string): FoundWord | undefined {
  return first(line, channelForms)
}

/** Who carries it, if the line says so. */
export function findCarrier(line: string): FoundWord | undefined {
  return first(line, carrierForms)
}

const goodsForm = new RegExp(goodsLongestFirst.join('|'), 'i')
const measure = '[罐盒包件个箱瓶袋条片套双只桶提台辆本张]'
/** `买的那个摇摇马到哪了`: something between a measure word and what is asked of it is what was bought. */
const saidAsBought = new RegExp(
  `(?:[买拍订退购](?:了|的)|下单的)(?:那|这)?(?:${numeral})?(?:${measure})([\\u4e00-\\u9fff]{2,5}?)(?=到|在|发|是|入|怎|什|啥|呢|吗|多|能|还|收|没|物|$|[ ,。?])`,
)

/** The head noun of the item. Known goods first, then what stands where an item stands. */
export function findGoods(line: string): FoundWord | undefined {
  const match = goodsForm.exec(line)
  if (match !== null)
    return {
      value: match[0].toUpperCase() === 'DHA' ? 'DHA' : match[0],
      start: match.index,
      end: match.index + match[0].length,
    }
  const bought = saidAsBought.exec(line)
  const noun = bought?.[1]
  if (bought === null || noun === undefined || /东西|商品|货$|订单|包裹|快递/.test(noun)) return undefined
  const start = bought.index + bought[0].length - noun.length
  return { value: noun, start, end: start + noun.length }
}

const specForms: readonly RegExp[] = [
  /([1-4一二三四])\s?段/,
  /(?<![A-Za-z\d])((?:NB|S|M|L|X{1,4}L|[2-5]XL)(?:码|号)?)(?![A-Za-z\d])/i,
  /(?<![\d.])(\d{1,3}(?:\.\d)?\s?(?:g|kg|克|千克|ml|毫升|l|升)(?:装)?)(?![A-Za-z])/i,
  /(?<!\d)(\d{2,3}\s?码)/,
  /((?:浅|深|淡|大|墨|天)?(?:粉|红|橙|黄|绿|蓝|紫|灰|白|黑|米|卡其|咖啡|雾灰)色)/,
  /(大码|中码|小码|均码|加厚款?|加绒款?|静音款)/,
]

/** Size, stage or colour, as said; `三段` is written `3段`. */
export function findSpec(line: string): FoundWord | undefined {
  for (const form of specForms) {
    const match = form.exec(line)
    const said = match?.[1]
    if (match === null || said === undefined) continue
    const value = form === specForms[0] ? `${numberOf(said) ?? said}段` : said.replace(/\s/g, '')
    return {
      value: /^[a-z\d]+[码号]?$/i.test(value) ? value.toUpperCase() : value,
      start: match.index,
      end: match.index + match[0].length,
    }
  }
  return undefined
}

const qtyForm = new RegExp(
  `(?<![这那哪每第各某\\d]|[用拆吃喝开试]了)(${numeral})\\s?${measure}(?!订?单|月|小时|星期|礼拜|包裹|快递|客户|人|工作)`,
)

/** How many pieces: 两罐, 3件. */
export function findQty(line: string): number | undefined {
  return numberOf(qtyForm.exec(line)?.[1] ?? '')
}

/** Stage words an order list can be filtered by, with the word they stand for. */
const statusForms: readonly (readonly [RegExp, string])[] = [
  [/(?:待|未|没|还没|没有)付款|待支付|未支付/, '待付款'],
  [/缺承运商|没选快递|隔离/, '缺承运商'],
  [/部分发货/, '部分发货'],
  [/待发货?|未发货?|(?:还)?没(?:有)?发货?|等发货/, '待发货'],
  [/待揽收|未揽收|没揽收/, '待揽收'],
  [/派送中|派件中|正在派/, '派件中'],
  [/运输中|在途|在路上/, '运输中'],
  [/(?:未|没|没有)签收|待签收|待收货/, '未签收'],
  [/已?发货?了?的|已发货|发出去?的/, '已发货'],
  [/已?签收了?的|已签收|已收货/, '已签收'],
  [/退货中|退换中/, '退货中'],
  [/已退货|退了货的|退货的/, '已退货'],
  [/已退款|退款的|退了款的/, '已退款'],
  [/已?取消(?:掉|了)*的|已取消/, '已取消'],
  [/暂停|挂起|锁单/, '暂停'],
  [/缺货/, '缺货'],
  [/异常/, '异常'],
  [/退货/, '已退货'],
  [/退款/, '已退款'],
]

/** The filter word of a list question. */
export function findStatus(line: string): string | undefined {
  return statusForms.find(([form]) => form.test(line))?.[1]
}
