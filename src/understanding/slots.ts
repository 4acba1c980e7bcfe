import { numberOf, numeral } from './chinese-number.ts'
import { reasonIn, wishes } from './reasons.ts'
import type { Intent, Slots } from './types.ts'

/** The line in the stages that slots are read from. */
export type Readings = {
  /** Marks for numbers, dates, names and goods, each once. */
  readonly line: string
  /** Marks for numbers, tails and dates only; words as typed. */
  readonly words: string
  /** No marks. */
  readonly plain: string
  readonly product: string | undefined
}

/** The slots that only make sense once the intent is known. */
export function intentSlots(intent: Intent, { words, plain, product = '' }: Readings): Partial<Slots> {
  switch (intent) {
    case 'order.cancel':
      return optional('reason', reasonIn(words, wishes.cancel, { product }) ?? /不想要了|不要了/.exec(plain)?.[0])
    case 'return.create':
      return optional('reason', reasonIn(words, wishes.giveBack, { product }))
    case 'return.add_note':
      return optional('reason', reasonIn(words, wishes.note, { verbatim: true }))
    case 'approval.decide':
      return { decision: decisionIn(plain), ...optional('reason', reasonIn(words, wishes.decision)) }
    case 'approval.urge':
      return optional('level', levelIn(plain))
    case 'approval.delegate':
      return { ...optional('assignee', assigneeIn(plain)), ...optional('until', untilIn(plain)) }
    case 'approval.snooze':
      return optional('until', untilIn(plain))
    case 'order.mark_signer':
      return optional('signer', signerIn(plain))
    case 'stats.query':
      return optional('metric', metricIn(words))
    case 'alert.list':
      return optional('status', alertIn(plain))
    case 'refund.amount':
      return amountIn(words)
    case 'rule.explain':
    case 'stock.check':
      return optional('warehouse', warehouseIn(words))
    default:
      return {}
  }
}

const cities =
  '杭州|上海|北京|广州|深圳|义乌|成都|武汉|天津|宁波|苏州|嘉兴|金华|西安|郑州|重庆|长沙|南京|东莞|佛山|青岛|沈阳|合肥|无锡|昆山'
const warehouseForm = new RegExp(
  `((?:${cities}|[东西南北中]|华[东南北中]|[一二三四五1-9A-Z][号区]?|[总主]|保税|中心|前置)仓)(?!库(?!存))`,
)

function warehouseIn(words: string): string | undefined {
  return warehouseForm.exec(words)?.[1]
}

function amountIn(words: string): Partial<Slots> {
  const said = /(?<![\d.])(\d{1,6}(?:\.\d{1,2})?)\s?(?:元|块钱?)/.exec(words)?.[1]
  return said === undefined ? {} : { amount: Number(said) }
}

function optional<K extends keyof Slots>(name: K, value: Slots[K] | undefined): Partial<Slots> {
  return value === undefined || value === '' ? {} : { [name]: value }
}

function decisionIn(plain: string): 'approve' | 'reject' {
  return /拒绝|驳回|驳掉|不同意|不通过|不批|打回|否决|拒了|拒掉|驳了|不予|不准/.test(plain) ? 'reject' : 'approve'
}

function levelIn(plain: string): Slots['level'] | undefined {
  if (/财务|终审/.test(plain)) return 'finance'
  if (/仓|复核/.test(plain)) return 'warehouse'
  return /组长|初审/.test(plain) ? 'cs_lead' : undefined
}

const nobody = /^(?:我|你|他|她|谁|人|别|同事|大家|自己|其|某|个|假|哪|一|帮|代|处|审|批)/
/** A colleague: 小周, 老王, 阿强, 王姐, or a name of two or three characters. */
const mate =
  '([小老阿大][\\u4e00-\\u9fff](?![\\u4e00-\\u9fff](?:代|审))|[\\u4e00-\\u9fff](?:哥|姐|工|总|经理|主管)|[\\u4e00-\\u9fff]{2,3}?)'
const mateEnd = '(?=代|帮|替|审|批|处理|负责|盯|管|吧|了|来|看|顶|接|先|$|[\\s,.。;])'
const givenTo = new RegExp(
  `(?:移?交给?|转交?给?|委托给?|托付给?|给到?|让|由|请|叫|找|设[成为]?|改[成为]|换成|是|为)(?:我们?|咱们?)?${mate}${mateEnd}`,
  'g',
)

function assigneeIn(plain: string): string | undefined {
  for (const match of plain.matchAll(givenTo)) if (match[1] !== undefined && !nobody.test(match[1])) return match[1]
  return /([小老阿][\u4e00-\u9fff])(?:代|帮|替|来)/.exec(plain)?.[1]
}

const weekday = '(?:周|星期|礼拜)[一二三四五六日天]'
const dayWord = `(?:明后天|这两天|今天|今晚|明天|明早|明晚|后天|大后天|[这本下]个?${weekday}|下下?周|${weekday}|(?:\\d{1,2}月)?[\\d一二三四五六七八九十]{1,3}[号日])`
const clock = `(?:一早|一大早|早上|上午|中午|下午|傍晚|晚上)?(?:${numeral}[点:](?:半|${numeral}分?)?)?`
const laterForms = [
  new RegExp(`${dayWord}(?:[到至]${dayWord})?${clock}`),
  new RegExp(`(?:早上|上午|中午|下午|傍晚|晚上)${clock}|${numeral}点(?:半|${numeral}分?)?`),
  /(?:下班|上班|午饭|饭)[前后]?|晚些时候|晚一?点(?:儿)?|稍后|待会儿?|等会儿?|一会儿?后?|过(?:一)?会儿?|回头/,
]

/** `一小时后` and `过一小时` → `1小时后`; a day or an hour as said. */
function untilIn(plain: string): string | undefined {
  const after = new RegExp(
    `(?:过(${numeral}|半)个?(小时|分钟|刻钟|天)|(${numeral}|半)个?(小时|分钟|刻钟|天|时辰)(?:之后|以后|后))`,
  ).exec(plain)
  const [count, unit] = [after?.[1] ?? after?.[3], after?.[2] ?? after?.[4]]
  if (count !== undefined && unit !== undefined)
    return count === '半' ? `半${unit}后` : `${numberOf(count) ?? count}${unit}后`
  for (const form of laterForms) {
    const said = form.exec(plain)?.[0]
    if (said !== undefined && said !== '') return said
  }
  return undefined
}

/** `物业签的 标他人签收` → `他人签收:物业`; undefined when nobody is named. */
function signerIn(plain: string): string | undefined {
  const kind = /他人|别人|非本人/.test(plain) ? '他人签收' : '代收'
  const who =
    /(物业|门卫|保安|邻居|家人|家属|前台|同事|朋友|室友|菜鸟驿站|驿站|菜鸟|丰巢|快递柜|自提柜|爸爸|妈妈|老公|老婆|父亲|母亲|公公|婆婆|奶奶|爷爷|外婆|外公|姥姥|姐姐|妹妹|哥哥|弟弟|孩子|儿子|女儿|保姆|月嫂|阿姨|亲戚|代收点|快递点|收发室|传达室|学校|单位|公司|超市|便利店|小卖部|值班室|收发室)/.exec(
      plain,
    )?.[1]
  return who === undefined ? undefined : `${kind}:${who}`
}

const metricNames: readonly (readonly [RegExp, string])[] = [
  [/退货率/, '退货率'],
  [/赠品.{0,2}漏发率|漏发率/, '赠品漏发率'],
  [/(?:短信)?打开率/, '短信打开率'],
  [/异常率/, '异常率'],
  [/退款率/, '退款率'],
  [/签收率/, '签收率'],
  [/直答率|直接回答率/, '直答率'],
  [/准时发货率/, '准时发货率'],
  [/准时送达率/, '准时送达率'],
  [/准时率/, '准时率'],
  [/退货(?:数量|量|数|单数)|退货了?(?:多少|几)|退了?(?:多少|几)(?:单|笔|件)|(?:多少|几)(?:单|个|笔)?退货/, '退货量'],
  [/退款(?:总)?(?:金额|额)|退(?:款|了)*多少钱/, '退款金额'],
  [/发货(?:数量|量|数)|发(?:了|出)?(?:了)?(?:多少|几)(?:单|件|货|个)/, '发货量'],
  [/签收了?(?:多少|几)/, '签收量'],
  [/签收(?:数量|量|数)/, '签收量'],
  [/销售额|营业额|成交额|[gG][mM][vV]/, '销售额'],
  [/销量/, '销量'],
  [/订单(?:总)?(?:数量|量|数|总量)|单量|(?:多少|几|总共|一共|合计).{0,2}(?:单|笔|个?订单)/, '订单量'],
]

/** `words` has the date as a mark, so that it is no part of the name. */
function metricIn(words: string): string | undefined {
  const known = metricNames.find(([form]) => form.test(words))?.[1]
  if (known !== undefined) return known
  const named = /([\u4e00-\u9fff]{1,8}?(?:率|时长|时效|数量|金额|均价|客单价|[订下退发]?单量))/.exec(words)?.[1]
  return named?.replace(
    /^.*(?:渠道|平台|仓库?|店|抖音|天猫|京东|小程序|经销商?|的|一下|看看|看|查|统计|当天|每天|各|商)/,
    '',
  )
}

const overdue = '超时|逾期|超期|超过|快到|要到|快超|要超|(?:超|满|到)\\s?\\d+|超[一二两三四七]'
const alertNames: readonly (readonly [RegExp, string])[] = [
  [/罚款|被罚/, '罚款风险'],
  [new RegExp(`(?:退货|退单|售后|退款).*(?:${overdue})|(?:${overdue}).*(?:退货|退单|售后)`), '退货超时'],
  [
    /(?:发货|未发|没发|待发|不发).*(?:超时|逾期|超过)|(?:超时|逾期|超过|延迟).*(?:发货|未发|没发|待发|不发)/,
    '发货超时',
  ],
  [/没更新|不更新|停滞|不动|没动|滞留|停了|卡住|卡着|无更新|没轨迹|(?:物流|快递|包裹).{0,3}(?:异常|卡|停)/, '物流停滞'],
  [/(?:缺|没|无|没有|没填|没选)承运商|没选快递|缺单号/, '缺承运商'],
  [/破损/, '破损'],
  [/丢失|丢件/, '丢失'],
  [/拒收/, '拒收'],
  [/快(?:超时|到期|超)|要超/, '即将超时'],
  [/超时|逾期|超期|超过/, '超时'],
  [/异常/, '异常'],
  [/风险|预警|告警/, '风险'],
]

function alertIn(plain: string): string | undefined {
  return alertNames.find(([form]) => form.test(plain))?.[1]
}
