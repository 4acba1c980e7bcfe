import { numberOf, numeral } from './chinese-number.ts'
import { anyMark } from './marks.ts'
import type { Intent, Slots } from './types.ts'

/** The slots that only make sense once the intent is known. `line` has marks for numbers, dates, names and goods; `plain` has not. */
export function intentSlots(intent: Intent, line: string, plain: string): Partial<Slots> {
  switch (intent) {
    case 'order.cancel':
      return optional(
        'reason',
        reasonIn(line, /取消|撤单|撤销|砍单|关闭订单|作废|不想要了|不要了/g, /不想要了|不要了/.exec(plain)?.[0]),
      )
    case 'return.create':
      return optional(
        'reason',
        reasonIn(line, /(?:要|想|申请|办理?|发起|登记|提交|需要)*(?:退换货|退货|换货|退掉|退了吧|退款|退)/g),
      )
    case 'return.add_note':
      return optional('reason', reasonIn(line, noteWords))
    case 'approval.decide':
      return { decision: decisionIn(plain), ...optional('reason', reasonIn(line, decisionWords)) }
    case 'approval.urge':
      return optional('level', levelIn(plain))
    case 'approval.delegate':
      return { ...optional('assignee', assigneeIn(plain)), ...optional('until', untilIn(plain)) }
    case 'approval.snooze':
      return optional('until', untilIn(plain))
    case 'order.mark_signer':
      return optional('signer', signerIn(plain))
    case 'stats.query':
      return optional('metric', metricIn(plain))
    case 'alert.list':
      return optional('status', alertIn(plain))
    case 'rule.explain':
    case 'stock.check':
      return optional('warehouse', /([\u4e00-\u9fff]{2}仓)(?!库)/.exec(plain)?.[1]?.replace(/^(?:优先仓|入仓)$/, ''))
    default:
      return {}
  }
}

function optional<K extends keyof Slots>(name: K, value: Slots[K] | undefined): Partial<Slots> {
  return value === undefined || value === '' ? {} : { [name]: value }
}

const noteWords =
  /(?:帮忙?)?(?:加|补充|补|添加?|追加|写|增加|备注)(?:一?个|一下|下|一?条|点|上|说)?(?:[一几\d]*张)?(?:说明|备注|描述|留言|材料|照片|图片|图|凭证)?|说明/g
const decisionWords = /不同意|不通过|通过|同意|批准|批了|准了|放行|批掉|给过|拒绝|驳回|不批|打回|否决|拒了|驳了|不予/g

/** What is left of the line once the order, the wish and politeness are gone; `own` when the wish is its own reason. */
function reasonIn(line: string, wish: RegExp, own?: string): string | undefined {
  const rest = line
    .replace(new RegExp(anyMark, 'g'), ' ')
    .replace(wish, ' ')
    .replace(/(?:请|麻烦|帮我|帮忙|帮|给我|我|把|这个|那个|这单|那单|订单|退货单|退单|单子|一下|直接|现在)/g, ' ')
    .replace(/(?:原因|理由|因为)(?:是|为|:)?/g, ' ')
    .replace(/(?:客户|买家|顾客|用户)(?:说|要求|表示|反馈|要)?/g, ' ')
    .replace(/[,.。:;!?、]/g, ' ')
    .split(/\s+/)
    .map((part) =>
      part.replace(/^(?:的|了|吧|下|要|是|说|想|单|货|这|那)+|(?:的|吧|哈|呢|谢谢|哦|啊|要|想|了吧)+$/g, ''),
    )
    .filter((part) => part.length >= 2)
    .join(' ')
  return rest === '' ? own : rest
}

function decisionIn(plain: string): 'approve' | 'reject' {
  return /拒绝|驳回|不同意|不通过|不批|打回|否决|拒了|驳了|不予/.test(plain) ? 'reject' : 'approve'
}

function levelIn(plain: string): Slots['level'] | undefined {
  if (/财务|终审/.test(plain)) return 'finance'
  if (/仓|复核/.test(plain)) return 'warehouse'
  return /组长|初审/.test(plain) ? 'cs_lead' : undefined
}

function assigneeIn(plain: string): string | undefined {
  const given =
    /(?:给|让|由|交|转|找|委托)(?:到|给)?(?:我们?|咱们?)?([小老阿][\u4e00-\u9fff]|[\u4e00-\u9fff]{2,3}?)(?=代|帮|替|审|批|处理|吧|$|[ ,。]|看|来|顶|接)/.exec(
      plain,
    )
  return given?.[1] ?? /([小老阿][\u4e00-\u9fff])(?:代|帮|替|来)/.exec(plain)?.[1]
}

/** `一小时后` → `1小时后`; a day or an hour as said. */
function untilIn(plain: string): string | undefined {
  const after = new RegExp(`(${numeral}|半)个?(小时|分钟|刻钟|天|时辰)(?:之后|以后|后)`).exec(plain)
  if (after !== null)
    return after[1] === '半' ? `半${after[2]}后` : `${numberOf(after[1] ?? '') ?? after[1]}${after[2]}后`
  const day =
    '(?:今天|今晚|明天|明早|明晚|后天|大后天|[这本下]个?(?:周|星期|礼拜)[一二三四五六日天]|(?:周|星期|礼拜)[一二三四五六日天]|[\\d一二三四五六七八九十]{1,3}[号日])'
  const hour = `(?:早上|上午|中午|下午|晚上)?(?:${numeral}点(?:半|${numeral}分?)?)?`
  const at = new RegExp(
    `${day}(?:到${day})?${hour}|(?:早上|上午|中午|下午|晚上)${hour}|${numeral}点(?:半|${numeral}分?)?`,
  ).exec(plain)
  return at?.[0] ?? /(上班后?|下班前?|饭后|晚点|稍后|待会儿?|一会儿?后?)/.exec(plain)?.[0]
}

/** `物业签的 标他人签收` → `他人签收:物业`. */
function signerIn(plain: string): string | undefined {
  const kind = /他人|别人|非本人/.test(plain) ? '他人签收' : '代收'
  const who =
    /(物业|门卫|保安|邻居|家人|家属|前台|同事|朋友|室友|驿站|菜鸟驿站|菜鸟|丰巢|快递柜|自提柜|爸爸|妈妈|老公|老婆|父亲|母亲|婆婆|奶奶|爷爷|外婆|保姆|阿姨|亲戚|代收点|超市|便利店|小卖部|值班室|收发室)/.exec(
      plain,
    )?.[1]
  return who === undefined ? kind : `${kind}:${who}`
}

const metricNames: readonly (readonly [RegExp, string])[] = [
  [/赠品.{0,2}漏发率|漏发率/, '赠品漏发率'],
  [/(?:短信)?打开率/, '短信打开率'],
  [/直答率|直接回答率/, '直答率'],
  [/准时发货率/, '准时发货率'],
  [/准时送达率/, '准时送达率'],
  [/准时率/, '准时率'],
  [/退货(?:数量|量|数|单数)|退货了?(?:多少|几)|(?:多少|几)(?:单|个|笔)?退货/, '退货量'],
  [/退款(?:总)?(?:金额|额)/, '退款金额'],
  [/发货(?:数量|量|数)|发(?:了)?多少(?:单|件)/, '发货量'],
  [/签收(?:数量|量|数)/, '签收量'],
  [/销售额|营业额|成交额|[gG][mM][vV]/, '销售额'],
  [/销量/, '销量'],
  [/订单(?:总)?(?:数量|量|数|总量)|单量|(?:多少|几|总共|一共|合计).{0,2}(?:单|笔|个?订单)/, '订单量'],
]

function metricIn(plain: string): string | undefined {
  const known = metricNames.find(([form]) => form.test(plain))?.[1]
  if (known !== undefined) return known
  const named = /([\u4e00-\u9fff]{1,6}?(?:率|时长|时效|数量|金额|均价|客单价))/.exec(plain)?.[1]
  return named?.replace(
    /^(?:今天|昨天|前天|上周|本周|这周|本月|上个?月|这个月|最近|各?渠道|的|抖音|天猫|京东|小程序|门店|经销商)+/g,
    '',
  )
}

const alertNames: readonly (readonly [RegExp, string])[] = [
  [/退货?.*超时|超时.*退货?|退货?.*逾期|逾期.*退货?/, '退货超时'],
  [/罚款/, '罚款风险'],
  [/(?:发货|未发|没发).*超时|超时.*(?:发货|未发|没发)/, '发货超时'],
  [/没更新|不更新|停滞|不动|滞留/, '物流停滞'],
  [/缺承运商|没选快递|缺单号/, '缺承运商'],
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
