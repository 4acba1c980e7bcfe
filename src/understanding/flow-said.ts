import { numberOf, numeral } from './chinese-number.ts'

// What people of operations say to have the approval flow changed. Whole lines only: a question about the flow, or a line that
// has more in it, is nobody's wish to change it.

type Role = 'cs_lead' | 'warehouse' | 'finance'
type LevelNo = 1 | 2 | 3

export type SaidChange =
  | { readonly kind: 'limit'; readonly level: LevelNo; readonly minutes: number }
  /** Only amounts from here on. */
  | { readonly kind: 'from'; readonly level: LevelNo; readonly fromFen: string }
  /** Not for customers of this level, 1 to 5, and above. */
  | { readonly kind: 'except'; readonly level: LevelNo; readonly fromLevel: number }
  /** Whatever the amount, whoever the customer. */
  | { readonly kind: 'every'; readonly level: LevelNo }
  | { readonly kind: 'drop' | 'add'; readonly level: LevelNo }
  /** Somebody else decides it. */
  | { readonly kind: 'who'; readonly level: LevelNo; readonly role: Role }
  | { readonly kind: 'auto'; readonly mostFen: string; readonly perDay: number }
  | { readonly kind: 'auto-off' }
  | { readonly kind: 'release'; readonly at: 'at_approval' | 'first_scan' | 'scan_in' }
  /** Without `to` the version before. */
  | { readonly kind: 'back'; readonly to?: number | 'yesterday' }

export type FlowSaid =
  | { readonly wish: 'show' }
  | {
      /** publish: the words of a preview, with the version it was drawn for. */
      readonly wish: 'look' | 'publish'
      readonly changes: readonly SaidChange[]
      /** The changes as they were said. */
      readonly words: string
      /** Parts of the line that nothing was made of. */
      readonly left: readonly string[]
      readonly version?: number
    }

const levels: readonly (readonly [RegExp, LevelNo])[] = [
  [/^(?:组长|初审|一[级审]|L1)/, 1],
  [/^(?:仓管|复核|二[级审]|L2)/, 2],
  [/^(?:财务|终审|三[级审]|L3)/, 3],
]
const deciders: readonly (readonly [RegExp, Role])[] = [
  [/^(?:客服|组长)/, 'cs_lead'],
  [/^仓/, 'warehouse'],
  [/^财务/, 'finance'],
]
const who = '(客服组长|客服主管|客服|组长|仓管员|仓管|仓库|财务)'
const level = '(组长初审|仓管复核|财务终审|初审|复核|终审|组长|仓管|财务|[一二三][级审]|L[123])(?:这一?级|环节)?'
const to = '(?:改成|改为|改到|调成|调到|调整为|设为|设成|延长到|缩短到|放宽到)'
const yuan = `¥?(\\d{1,7}(?:\\.\\d{1,2})?|${numeral})\\s*(?:元|块钱?)`
const duration = `(半个?小时|${numeral}个半小时|\\d+\\.\\d+个?小时|${numeral}个?小时(?:${numeral}分钟?)?|${numeral}分钟?)`
const free = '(?:免|免除|不用|不需要|跳过)'
const customers = 'V([1-5])级?(?:及)?以上(?:的)?(?:客户|会员)?'
const releases: readonly (readonly [RegExp, Extract<SaidChange, { kind: 'release' }>['at']])[] = [
  [/^(?:审批|终审|三级审批)(?:通过)?以?后(?:就|立即|直接)?/, 'at_approval'],
  [/^揽收以?后(?:就|立即)?/, 'first_scan'],
  [/^(?:验货)?入库以?后(?:再|才)?/, 'scan_in'],
]

type Read = (found: readonly string[]) => SaidChange | undefined

const forms: readonly (readonly [RegExp, Read])[] = [
  [
    form(`${level}(?:的)?(?:审批)?(?:时限|限时|时间|时长)?${to}\\s*${duration}(?:内|以内)?`),
    ([who = '', time = '']) => {
      const minutes = minutesOf(time)
      return minutes === undefined ? undefined : { kind: 'limit', level: levelOf(who), minutes }
    },
  ],
  [form(`${level}只(?:审|看|管)\\s*${yuan}以上(?:的)?(?:退货单?|单)?`), ([who, amount]) => fromOf(who, amount)],
  [form(`${yuan}以下(?:的)?(?:退货单?|单)?${free}${level}`), ([amount, who]) => fromOf(who, amount)],
  [form(`${customers}${free}${level}`), ([from, who]) => exceptOf(who, from)],
  [form(`${level}(?:不审|不看|跳过)${customers}`), ([who, from]) => exceptOf(who, from)],
  [
    form(`${level}(?:恢复|改回|改成|改为)(?:全部|全审|每单都?审)`),
    ([who = '']) => ({ kind: 'every', level: levelOf(who) }),
  ],
  [
    form(`(?:让|由)?${who}(?:来)?(?:审|做|负责)${level}`),
    ([by = '', whose = '']) => ({ kind: 'who', level: levelOf(whose), role: deciderOf(by) }),
  ],
  [
    form(
      `${level}(?:的)?(?:审批)?(?:人)?(?:改由|改成由|改为由|换由|由|改成|改为|换成|换给|交给|交由|让)${who}(?:来)?(?:审|审批|审核|处理|负责|做)?`,
    ),
    ([whose = '', by = '']) => ({ kind: 'who', level: levelOf(whose), role: deciderOf(by) }),
  ],
  [form(`(?:取消|去掉|停用|停掉)${level}`), ([who = '']) => ({ kind: 'drop', level: levelOf(who) })],
  [form(`(?:恢复|加上|加回|增加|启用)${level}`), ([who = '']) => ({ kind: 'add', level: levelOf(who) })],
  [
    form(`${yuan}以下(?:的)?(?:退货单?|单)?自动(?:通过|同意|审批)`),
    ([amount = '']) => {
      const mostFen = fenOf(amount)
      return mostFen === undefined ? undefined : { kind: 'auto', mostFen, perDay: 1 }
    },
  ],
  [form('(?:关闭|取消|停用|关掉)自动(?:通过|同意|审批)'), () => ({ kind: 'auto-off' })],
  [form(`(?:${to})?((?:三级审批|审批|终审|揽收|验货入库|入库)[^\\s]{1,8})放款`), ([when = '']) => releaseOf(when)],
  [
    form(`放款(?:时间|时点)?${to}((?:三级审批|审批|终审|揽收|验货入库|入库)[^\\s]{1,5})`),
    ([when = '']) => releaseOf(when),
  ],
  [
    form(`(?:退货)?(?:审批)?流程(?:退回|回退|恢复|退)到?(上一?版|前一?版|昨天那版|第?${numeral}版|V\\d{1,6})?(?:去)?`),
    ([which = '']) => backOf(which),
  ],
]

/** Of a whole clause, with the words around it that mean nothing. */
function form(body: string): RegExp {
  return new RegExp(
    `^(?:请|麻烦|帮我|帮忙|以后|今后|从现在起|现在起)*\\s*(?:把|将)?\\s*${body}(?:吧|就行|就好|谢谢|哈|[。！!~])*$`,
  )
}

const levelOf = (word: string): LevelNo => levels.find(([spelt]) => spelt.test(word))?.[1] ?? 1
const deciderOf = (word: string): Role => deciders.find(([spelt]) => spelt.test(word))?.[1] ?? 'cs_lead'

function fromOf(who = '', amount = ''): SaidChange | undefined {
  const fromFen = fenOf(amount)
  return fromFen === undefined ? undefined : { kind: 'from', level: levelOf(who), fromFen }
}

function exceptOf(who = '', from = ''): SaidChange {
  return { kind: 'except', level: levelOf(who), fromLevel: Number(from) }
}

function releaseOf(when: string): SaidChange | undefined {
  const found = releases.find(([spelt]) => spelt.exec(when)?.[0] === when)
  return found && { kind: 'release', at: found[1] }
}

function backOf(which: string): SaidChange | undefined {
  if (which === '昨天那版') return { kind: 'back', to: 'yesterday' }
  if (which === '' || /^[上前]/.test(which)) return { kind: 'back' }
  const version = numberOf(which.replace(/^[第V]|版$/g, ''))
  return version === undefined ? undefined : { kind: 'back', to: version }
}

/** 20分钟 · 半小时 · 一个半小时 · 1.5小时 · 2小时30分; undefined when it is no whole number of minutes. */
function minutesOf(time: string): number | undefined {
  if (/^半个?小时$/.test(time)) return 30
  const half = /^(.+)个半小时$/.exec(time)
  if (half) return plus(numberOf(half[1] ?? ''), 60, 30)
  const broken = /^(\d+\.\d+)个?小时$/.exec(time)
  if (broken) {
    const minutes = Number(broken[1]) * 60
    return Number.isInteger(minutes) ? minutes : undefined
  }
  const [, hours, rest, only] = /^(?:(.+?)个?小时(?:(.+?)分钟?)?|(.+?)分钟?)$/.exec(time) ?? []
  if (only !== undefined) return numberOf(only)
  return plus(numberOf(hours ?? ''), 60, rest === undefined ? 0 : numberOf(rest))
}

function plus(count: number | undefined, each: number, more: number | undefined): number | undefined {
  return count === undefined || more === undefined ? undefined : count * each + more
}

function fenOf(amount: string): string | undefined {
  if (!/^[\d.]+$/.test(amount)) {
    const whole = numberOf(amount)
    return whole === undefined ? undefined : String(whole * 100)
  }
  const [whole = '0', cents = ''] = amount.split('.')
  return String(BigInt(whole) * 100n + BigInt(cents.padEnd(2, '0')))
}

const publishSaid = /^发布流程\s*V(\d{1,6})[:：\s]*(.+)$/
const showSaid = /^(?:看(?:一下|看)?|查(?:看|一下)?)?(?:退货)?(?:审批)?流程(?:是什么|怎么走|规则|现在怎样)?[?？]?$/
/** Belongs to what was said before it: 300元以下自动通过，每人每天2次. */
const perDaySaid = form(`(?:每人|每个?客户|每位客户)每天(?:最多)?(${numeral})[次单]`)
const longest = 80

/** What a line wants of the flow; undefined for every other line. */
export function flowSaid(text: string): FlowSaid | undefined {
  const line = text
    .normalize('NFKC')
    .trim()
    .replace(/[vl](?=\d)/g, (letter) => letter.toUpperCase())
  if ([...line].length > longest) return undefined
  if (showSaid.test(line)) return { wish: 'show' }
  const publish = publishSaid.exec(line)
  const words = publish?.[2]?.trim() ?? line
  const { changes, left } = readOf(words)
  // that money goes after the goods is said in talk as well; with other words beside it nothing is to be changed
  if (changes.length === 0 || (left.length > 0 && changes.every(({ kind }) => kind === 'release'))) return undefined
  const version = publish === null ? {} : { version: Number(publish[1]) }
  return { wish: publish === null ? 'look' : 'publish', changes, words, left, ...version }
}

function readOf(words: string): { readonly changes: readonly SaidChange[]; readonly left: readonly string[] } {
  const changes: SaidChange[] = []
  const left: string[] = []
  const clauses = words.split(/[,，;；、]\s*(?:然后|并且|同时|再)?/).map((clause) => clause.replace(/\s/g, ''))
  for (const clause of clauses.filter((one) => one !== '' && !/^谢谢/.test(one))) {
    const last = changes.at(-1)
    const perDay = numberOf(perDaySaid.exec(clause)?.[1] ?? '')
    const change = changeOf(clause)
    if (change !== undefined) changes.push(change)
    else if (last?.kind === 'auto' && perDay !== undefined) changes.splice(-1, 1, { ...last, perDay })
    else left.push(clause)
  }
  return { changes, left }
}

function changeOf(clause: string): SaidChange | undefined {
  for (const [spelt, read] of forms) {
    const found = spelt.exec(clause)
    const change = found === null ? undefined : read(found.slice(1))
    if (change !== undefined) return change
  }
  // 300元以下自动通过每人每天2次, in one breath
  const [, auto = '', perDay = ''] = /^(.+?)((?:每人|每个?客户|每位客户)每天.+)$/.exec(clause) ?? []
  const found = auto === '' ? undefined : changeOf(auto)
  const count = numberOf(perDaySaid.exec(perDay)?.[1] ?? '')
  return found?.kind === 'auto' && count !== undefined ? { ...found, perDay: count } : undefined
}
