/** What people type and read about saved views and exports of lists. */

export type ViewWish = { readonly wish: 'list' } | { readonly wish: 'save' | 'run' | 'remove'; readonly name: string }

const spoken = (line: string): string =>
  line
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Z}]+/gu, ' ')
    .trim()
const bare = (name: string): string =>
  name
    .replace(/^[\s:「『“"'《]+/, '')
    .replace(/[\s」』”"'》。.]+$/, '')
    .trim()

const viewForms: readonly (readonly [RegExp, 'save' | 'run' | 'remove'])[] = [
  [/^(?:请|帮我)?(?:保存|另?存)(?:为|成)?(?:视图|(?<=[为成]))(.*)$/, 'save'],
  [/^(?:请|帮我)?(?:删除|删掉|删了|删)(?:我的)?视图(.*)$/, 'remove'],
  [/^(?:打开|查看|看)?(?:我的)?视图(.+)$/, 'run'],
]

/** 保存为 待发货京东 · 视图 · 视图 待发货京东 · 删除视图 待发货京东. The name is in NFKC, without quotes around it, perhaps empty. */
export function viewSaid(line: string): ViewWish | undefined {
  const said = spoken(line)
  if (/^(?:打开|查看|看)?(?:我的)?视图(?:列表)?[?。.]?$/.test(said) || /^(?:我)?有哪些视图[?。.]?$/.test(said))
    return { wish: 'list' }
  for (const [form, wish] of viewForms) {
    const match = form.exec(said)
    if (match !== null) return { wish, name: bare(match[1] ?? '') }
  }
  return undefined
}

export const viewTexts = {
  nothingToSave: '请先列出订单，例如：今天京东待发货有哪些。列出后再发：保存为 待发货京东',
  personal: '按客户或单号查的列表不能存成视图，视图里不留客户信息。请按渠道、状态、商品或日期列出后再存。',
  noName: '视图要有名字，例如：保存为 待发货京东',
  longName: (most: number) => `视图名最多${most}个字，请换个短一点的。`,
  numberName: '视图名里不要写手机号或单号，请换个名字。',
  full: (most: number) => `您已有${most}个视图，存满了。请先删掉一个，例如：删除视图 待发货京东`,
  saved: (name: string, what: string, counted: string | undefined) =>
    `已保存视图「${name}」：${what}${counted === undefined ? '' : `（「${counted}」按打开当天算）`}。以后发：视图 ${name}`,
  replaced: (name: string, what: string) => `视图「${name}」已换成：${what}。`,
  none: '您还没有视图。列出订单后发「保存为 待发货京东」，以后发「视图 待发货京东」就能再看。',
  listed: (count: number) => `您有${count}个视图，发「视图 名字」打开：`,
  line: (name: string, what: string) => `${name}：${what}`,
  unknown: (name: string) => `没有叫「${name}」的视图。发「视图」看您存过哪些。`,
  removed: (name: string) => `已删除视图「${name}」。`,
  unreadable: (name: string) => `视图「${name}」里的日期现在认不出来，请重新列出后再存一次。`,
} as const

export type ExportWish = {
  /** What stood between 导出 and the purpose: perhaps a list of its own. */
  readonly list: string
  readonly purpose: string | undefined
  /** Asked for numbers in full. */
  readonly full: boolean
  /** The purpose alone: means something only after a list. */
  readonly answers: boolean
}

const fullWords = /完整版?|不打码|明文/g
const fillers = /^(?:这些|这个|上面的?|刚才的?|以上|全部的?)?(?:列表|订单|表格|excel|csv|单子)?[,。.]?$/i

/** 导出 用途：给仓库对账 · 导出今天京东待发货 用途：… · 用途：给仓库对账 (the answer to our question). */
export function exportSaid(line: string): ExportWish | undefined {
  const said = spoken(line)
  const answer = /^用途(?:[:\s]|是|为)[:\s]*(?!什么|啥|干|做什么|吗)(.+)$/.exec(said)
  if (answer !== null) return { list: '', purpose: answer[1]?.trim(), full: false, answers: true }
  const match =
    /^(?:请|帮我)?(?:完整)?导出(?!不|失败|吗|功能|怎么|来|的)(.*?)(?:[,;\s]*用途(?:是|为)?[\s:]*(.*))?$/.exec(said)
  if (match === null) return undefined
  const words = (match[1] ?? '').replace(/^[\s:,]+|[\s,]+$/g, '')
  const list = words.replace(fullWords, '').trim()
  const purpose = match[2]?.trim()
  const full = said.slice(0, said.length - (match[2] ?? '').length).search(fullWords) >= 0
  return { list: fillers.test(list) ? '' : list, purpose: purpose === '' ? undefined : purpose, full, answers: false }
}

/** The words of a list as a question the understanding knows. */
export const asListQuestion = (words: string): string => `${words}的订单有哪些`

export const exportTexts = {
  deed: '导出订单',
  denied: (allowed: string, people: string) => `导出订单需要「${allowed}」，可找：${people}。已记录，没有导出。`,
  nothingToExport: '请先列出订单，例如：今天京东待发货有哪些。列出后再发：导出 用途：给仓库对账',
  askPurpose: (list: string) => `导出做什么用？请这样回：导出${list} 用途：给仓库对账。用途会记入审计。`,
  badPurpose: (most: number) => `用途请写2到${most}个字，例如：导出 用途：给仓库对账`,
  noAddress: '这里导不出文件：系统没有设对外网址，下载链接打不开。请IT设好 PUBLIC_URL 后再试，这次没有生成文件。',
  empty: (what: string) => `${what}没有订单，没有生成文件。`,
  done: (what: string, count: number) => `${what}${count}单已导出`,
  cut: (what: string, total: string, count: number) =>
    `${what}共${total}单，已导出最近${count}单，加上日期可以缩小范围`,
  masked: '姓名和手机号已打码，不含地址。',
  inFull: '含完整姓名和手机号，请勿转发，不含地址。',
  notInFull: '姓名和手机号已打码（完整的只给有权限的人在私聊里导出），不含地址。',
  link: (url: string) => `10分钟内可下载：${url}`,
  toldPrivately: '导出链接已私信给您。',
  fileName: (day: string, time: string) => `订单-${day}-${time}.csv`,
  noSuchFile: '没有这个文件。',
  linkExpired: '链接已过期，请在聊天里重新导出。',
} as const

export const exportHeaders = {
  channel: '渠道',
  shop: '店铺',
  orderNo: '订单号',
  hubNo: '系统单号',
  stage: '状态',
  goods: '商品',
  pieces: '件数',
  paid: '实付(元)',
  consignee: '客户',
  phone: '手机',
  ordered: '下单时间',
  paidAt: '付款时间',
  shipped: '发货时间',
  signed: '签收时间',
  carrier: '快递',
  waybill: '运单号',
  warehouse: '仓库',
  source: '来源',
} as const

/** 3段奶粉 800g×2；围兜×1 */
export const goodsText = (goods: readonly string[]): string => goods.join('；')
