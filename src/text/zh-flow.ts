import type { Phrase } from './answers.ts'

/** Changing the approval flow in chat: what is said for it, and what is answered. Takes and gives primitives. */

type Role = 'cs_lead' | 'warehouse' | 'finance'
export type SaidChange =
  | { readonly kind: 'limit'; readonly role: Role; readonly minutes: number }
  | { readonly kind: 'from'; readonly role: Role; readonly fromFen?: string }
  | { readonly kind: 'auto'; readonly mostFen: string; readonly perDay: number }
  | { readonly kind: 'auto-off' }
  | { readonly kind: 'release'; readonly at: 'at_approval' | 'first_scan' | 'scan_in' }
  | { readonly kind: 'back' }

const levelWords: Readonly<Record<string, Role>> = {
  初审: 'cs_lead',
  组长: 'cs_lead',
  组长初审: 'cs_lead',
  复核: 'warehouse',
  仓管: 'warehouse',
  仓管复核: 'warehouse',
  终审: 'finance',
  财务: 'finance',
  财务终审: 'finance',
}
const level = '(组长初审|仓管复核|财务终审|初审|复核|终审|组长|仓管|财务)'
const to = '(?:改成|改为|改到|调成|调到|设为|设成|延长到|缩短到)'
const yuan = '(\\d{1,7}(?:\\.\\d{1,2})?)\\s*元'

const forms: readonly (readonly [RegExp, (found: RegExpExecArray) => SaidChange | undefined])[] = [
  [
    new RegExp(`${level}(?:的)?(?:时限|限时|时间)?${to}\\s*(\\d{1,4})\\s*(分钟|分|个?小时)`),
    ([, who = '', count = '', unit = '']) => ({
      kind: 'limit',
      role: levelWords[who] ?? 'cs_lead',
      minutes: Number(count) * (unit.endsWith('小时') ? 60 : 1),
    }),
  ],
  [
    new RegExp(`${level}只(?:审|看)\\s*${yuan}以上`),
    ([, who = '', amount = '']) => ({ kind: 'from', role: levelWords[who] ?? 'finance', fromFen: fenOf(amount) }),
  ],
  [
    new RegExp(`${yuan}以下(?:的)?(?:免|不用|不需要)${level}`),
    ([, amount = '', who = '']) => ({ kind: 'from', role: levelWords[who] ?? 'finance', fromFen: fenOf(amount) }),
  ],
  [
    new RegExp(`${level}(?:恢复|改回)(?:全部|全审|每单都审)`),
    ([, who = '']) => ({ kind: 'from', role: levelWords[who] ?? 'finance' }),
  ],
  [
    new RegExp(`${yuan}以下(?:的)?自动(?:通过|同意)(?:.*?每(?:人|客户)每天\\s*(\\d{1,2})\\s*[次单])?`),
    ([, amount = '', count]) => ({ kind: 'auto', mostFen: fenOf(amount), perDay: Number(count ?? 1) }),
  ],
  [/(?:关闭|取消|停用)自动(?:通过|同意)/, () => ({ kind: 'auto-off' })],
  [/(?:审批|终审)(?:通过)?后(?:就|立即|直接)?放款/, () => ({ kind: 'release', at: 'at_approval' })],
  [/揽收后(?:就|立即)?放款/, () => ({ kind: 'release', at: 'first_scan' })],
  [/入库后(?:再)?放款/, () => ({ kind: 'release', at: 'scan_in' })],
  [/^(?:审批)?流程(?:退回|回退|恢复)(?:到)?(?:上一版|昨天那版)?$/, () => ({ kind: 'back' })],
]

function fenOf(amount: string): string {
  const [whole = '0', cents = ''] = amount.split('.')
  return String(BigInt(whole) * 100n + BigInt(cents.padEnd(2, '0')))
}

const publishSaid = /^发布流程[:：\s]*(.+)$/
const showSaid = /^(?:看(?:一下)?|查(?:看)?)?(?:审批|退货)?流程(?:是什么|怎么走|规则)?[?？]?$/

/** What a line wants of the flow; undefined for every other line. `publish`: it repeats what was shown. */
export function flowSaid(
  text: string,
):
  | { readonly wish: 'show' }
  | { readonly wish: 'look' | 'publish'; readonly change: SaidChange; readonly words: string }
  | undefined {
  const line = text.normalize('NFKC').trim()
  if ([...line].length > 60) return undefined
  if (showSaid.test(line)) return { wish: 'show' }
  const publish = publishSaid.exec(line)
  const words = publish?.[1]?.trim() ?? line
  for (const [form, read] of forms) {
    const found = form.exec(words)
    const change = found === null ? undefined : read(found)
    if (change !== undefined) return { wish: publish === null ? 'look' : 'publish', change, words }
  }
  return undefined
}

const releaseNames = { at_approval: '终审通过后', first_scan: '揽收后', scan_in: '验货入库后' } as const

export const flowTexts = {
  draft: (version: number): Phrase => ({ head: `流程草稿 v${version}` }),
  live: (version: number): Phrase => ({ head: `流程 v${version} 已生效` }),
  now: (version: number): Phrase => ({ head: `退货审批流程 v${version}` }),
  level: (name: string, limit: string, from: string | undefined) =>
    `${name} 限${limit}${from === undefined ? '' : `，${from}起`}`,
  was: (text: string) => `原来：${text}`,
  auto: '自动',
  autoValue: (most: string, perDay: number) => `${most}以下，每人每天${perDay}次`,
  autoOff: '不自动通过',
  release: '放款',
  releaseName: (at: keyof typeof releaseNames) => releaseNames[at],
  running: (count: number) => (count === 0 ? '没有正在审的退货单' : `正在审的${count}单按原来的版本走完`),
  newOnes: '只影响之后新登记的退货单',
  publish: '发布',
  publishSaying: (words: string) => `发布流程 ${words}`,
  toast: '已发布',
  same: '现在就是这样，没有改动。',
  noEarlier: '现在是第一版，没有更早的版本可退。',
  invalid: '这样改不成立：每级1分钟到7天，至少一级不看金额。没有改动。',
  stale: '流程刚被别人改过，请看新的再发布。没有改动。',
  denied: (roles: string) => `改审批流程需要${roles}，请找他们处理。已记录，未改动。`,
  and: '、',
  example: '可以说：初审改成20分钟',
} as const
