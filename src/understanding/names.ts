import { goods } from './goods.ts'
import { anyMark, type Span } from './marks.ts'
import { plainWords, tradeWords } from './words.ts'

export type FoundName = Span & { readonly value: string }

/** By frequency, about 95 % of people; these are believed wherever a name can stand. */
const surnames = new Set(
  '王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武莫孔汤常康易乔赖庞樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂焦向柳邢岳齐梅庄辛管祝左涂谷祁耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边净阚佘',
)
/** Surnames that are everyday words as well: only next to 客户, 先生 and the like, or where nothing else fits. */
const doubtful = new Set('方高钱石常安易向单包查关成解强车房边位项左管申温万金白段夏江田史马牛毛于何任余曾谢许')
const doubleSurnames = [
  '欧阳',
  '上官',
  '司马',
  '诸葛',
  '慕容',
  '皇甫',
  '令狐',
  '东方',
  '尉迟',
  '公孙',
  '司徒',
  '夏侯',
  '南宫',
  '端木',
]
/** Nobody is called so. */
const neverInName = new Set(
  '的了吗呢啊吧么这那哪我你您他她它们不没还都就是有在和与给把被让从到跟个几什怎为啥谁说买卖退换寄收发货单号订查问看想要能会可以也再又很太些下送取签付催改加补漏少错坏区省县市审批办件码替代',
)

const before =
  /(?:客户|顾客|买家|用户|会员|收件人|收货人|宝妈|客人|亲|姓名|名字|叫|叫做|是|查|帮|看|问|找|给|[下个]|:|,|。|\s|^)$/
const title = /^(?:先生|女士|小姐|太太|妈妈|爸爸|宝妈|老师|阿姨|大姐|姐|哥)/
const addressed = /(?:客户|顾客|买家|用户|会员|收件人|收货人|宝妈|客人|姓名是?|名字是?|叫做?)\s?$/

const words = new Set([...plainWords, ...tradeWords, ...goods].filter((word) => /^[\u4e00-\u9fff]+$/.test(word)))
const longestWord = Math.max(...[...words].map((word) => word.length))

type Step = { readonly cost: number; readonly from: number; readonly name: boolean }

/** Costs of the cheapest way to read a line as words, strange characters and at most a few names. */
const cost = {
  word: 1,
  single: 1.3,
  strange: 4,
  other: 0.2,
  name: 3.5,
  rareName: 5,
  across: 2.2,
  same: 1.2,
  head: 0.6,
  inside: 0.8,
  rareInside: 1.4,
  everyday: 4.5,
} as const

/**
 * The customer's name: the stretch that reads best as surname + one or two characters when everything else reads as words of
 * the desk. The line must have its numbers, dates and goods replaced by marks. Titles are not part of the name.
 */
export function findName(line: string): FoundName | undefined {
  let words: readonly Span[] | undefined
  const shared = () => {
    words ??= sharedWords(line)
    return words
  }
  const best: Step[] = [{ cost: 0, from: -1, name: false }]
  for (let end = 1; end <= line.length; end++) best[end] = cheapest(line, end, best, shared)
  let found: FoundName | undefined
  for (let end = line.length; end > 0; ) {
    const step = best[end]
    if (step === undefined) break
    if (step.name) found = { start: step.from, end, value: line.slice(step.from, end) }
    end = step.from
  }
  return found
}

function cheapest(line: string, end: number, best: readonly Step[], shared: () => readonly Span[]): Step {
  let choice: Step = { cost: Number.POSITIVE_INFINITY, from: end - 1, name: false }
  const consider = (from: number, price: number, name: boolean) => {
    const total = (best[from]?.cost ?? Number.POSITIVE_INFINITY) + price
    if (total < choice.cost) choice = { cost: total, from, name }
  }
  const sign = line[end - 1] ?? ''
  consider(end - 1, !/[\u4e00-\u9fff]/.test(sign) ? cost.other : words.has(sign) ? cost.single : cost.strange, false)
  for (let length = 2; length <= Math.min(longestWord, end); length++)
    if (words.has(line.slice(end - length, end))) consider(end - length, cost.word, false)
  for (let length = 1; length <= Math.min(4, end); length++) {
    const price = namePrice(line, end - length, end)
    if (price === undefined) continue
    consider(end - length, price + doubt(line, shared(), end - length, end), true)
    for (const word of shared())
      if (word.start === end - length && word.end === end) consider(word.start, cost.everyday, false)
  }
  return choice
}

const general = new Intl.Segmenter('zh', { granularity: 'word' })

/** Words of two characters and more that everyday Chinese has in this line (ICU's dictionary; decision 101). */
function sharedWords(line: string): readonly Span[] {
  const found: Span[] = []
  for (const { segment, index } of general.segment(line))
    if (segment.length > 1 && /^[\u4e00-\u9fff]+$/.test(segment))
      found.push({ start: index, end: index + segment.length })
  return found
}

/** Everyday words speak against a name: most when they reach across its edge (全程|轨迹), less when they are it (武汉, 杨柳). */
function doubt(line: string, shared: readonly Span[], from: number, end: number): number {
  let price = 0
  for (const word of shared) {
    if (word.start >= end || word.end <= from) continue
    if (word.start < from || word.end > end) price = Math.max(price, cost.across)
    else if (word.start === from) price = Math.max(price, word.end === end ? cost.same : cost.head)
    else price = Math.max(price, doubtful.has(line[from] ?? '') ? cost.rareInside : cost.inside)
  }
  return price
}

const bounded = new RegExp(
  `^(?:$|[\\s,.。?:;!]|${anyMark}|的|[这那上昨今前买拍退下订说要问在家送有没会能为怎什到还带是收几签])`,
)

/** A known word of two or more begins here. */
function startsWord(line: string, at: number): boolean {
  for (let length = 2; length <= longestWord; length++) if (words.has(line.slice(at, at + length))) return true
  return false
}

/** What it costs to read this stretch as a name; undefined when it cannot be one. */
function namePrice(line: string, from: number, end: number): number | undefined {
  const name = line.slice(from, end)
  if (!/^[\u4e00-\u9fff]+$/.test(name) || [...name].some((sign) => neverInName.has(sign))) return undefined
  // 小周, 老王: a colleague, not a customer
  if (/[小老阿]$/.test(line.slice(0, from))) return undefined
  const titled = title.test(line.slice(end))
  const double = doubleSurnames.some((surname) => name.startsWith(surname))
  const given = name.length - (double ? 2 : 1)
  if (!double && !surnames.has(name[0] ?? '')) return undefined
  if (given > 2 || (given < 1 && !titled)) return undefined
  const left = line.slice(0, from)
  const introduced = addressed.test(left)
  if (!introduced && (words.has(name) || (given === 2 && words.has(name.slice(-2)) && !titled))) return undefined
  let price: number = doubtful.has(name[0] ?? '') && !introduced && !titled ? cost.rareName : cost.name
  price += given === 2 ? 0.6 : 0
  if (introduced || titled) price -= 2
  if (bounded.test(line.slice(end)) || startsWord(line, end)) price -= 1
  if (!before.test(left) && !new RegExp(`${anyMark}$`).test(left)) price += 1.5
  return price
}
