import { goods } from './goods.ts'
import { spoken } from './sounds.ts'
import { plainWords, tradeWords } from './words.ts'

/** Characters that look alike and are mistaken for each other by eye, by stroke input and by screen readers. */
const lookAlikes =
  '己已巳 末未 仑仓 受授 拆折 问间 货贷 轨轧 派泒 揽览 汤扬 今令 单早 入人 订钉 退腿 侯候 拉垃 那哪 员圆 未末 裤库 包抱 并瓶 盆盒 请情'

function readings(): ReadonlyMap<string, readonly string[]> {
  const of = new Map<string, string[]>()
  for (const entry of spoken.trim().split(/\s+/)) {
    const syllable = /^[a-z]+/.exec(entry)?.[0] ?? ''
    for (const sign of entry.slice(syllable.length)) of.set(sign, [...(of.get(sign) ?? []), syllable])
  }
  return of
}

const syllablesOf = readings()
/** How many speakers hear them: zh = z, ch = c, sh = s, final -ng = -n. */
const loosely = (syllable: string) => syllable.replace(/^([zcs])h/, '$1').replace(/ng$/, 'n')

const alike = new Map<string, Set<string>>()
for (const group of lookAlikes.split(' '))
  for (const sign of group) alike.set(sign, new Set([...(alike.get(sign) ?? []), ...group]))

/** 2 = the same sound, 1 = nearly the same sound or look, 0 = nothing in common. */
function likeness(typed: string, meant: string): 0 | 1 | 2 {
  const [a, b] = [syllablesOf.get(typed) ?? [], syllablesOf.get(meant) ?? []]
  if (a.some((syllable) => b.includes(syllable))) return 2
  if (alike.get(typed)?.has(meant)) return 1
  return a.some((one) => b.some((other) => loosely(one) === loosely(other))) ? 1 : 0
}

const targets = [...new Set([...tradeWords, ...goods])].filter((word) => /^[\u4e00-\u9fff]{2,6}$/.test(word))
const known = new Set([...targets, ...plainWords])
const longest = Math.max(...[...known].map((word) => word.length))

/** Candidates by one character that must be right, at its place: `2:1:仓` → words of two with 仓 second. */
const byRight = new Map<string, string[]>()
for (const word of targets)
  for (const [place, sign] of [...word].entries()) {
    const key = `${word.length}:${place}:${sign}`
    byRight.set(key, [...(byRight.get(key) ?? []), word])
  }

/**
 * Mends words of the trade that were typed by sound or by look (纸尿库, 入苍, 快第): a stretch with at least one right
 * character whose others sound or look the same becomes the word. What is a word already stays. Length never changes.
 */
export function repair(line: string): string {
  const settled = coverage(line)
  let out = line
  for (let length = Math.min(6, line.length); length >= 2; length--)
    for (let start = 0; start + length <= line.length; start++) {
      if (settled.cuts(start) || settled.cuts(start + length)) continue
      const word = meant(out.slice(start, start + length), settled.taken.slice(start, start + length))
      if (word === undefined) continue
      out = out.slice(0, start) + word + out.slice(start + length)
      settled.taken.fill(true, start, start + length)
    }
  // 那 for 哪 is no word of the trade, but the commonest slip in its commonest question
  return out.replace(/([到在去])那(?=[里儿了啦]|$)/g, '$1哪')
}

/** Which characters belong to a known word of two or more, and whether a place lies inside such a word. */
function coverage(line: string): { readonly taken: boolean[]; readonly cuts: (at: number) => boolean } {
  const taken = new Array<boolean>(line.length).fill(false)
  const inside = new Set<number>()
  for (let start = 0; start < line.length; start++)
    for (let length = Math.min(longest, line.length - start); length >= 2; length--)
      if (known.has(line.slice(start, start + length))) {
        taken.fill(true, start, start + length)
        for (let at = start + 1; at < start + length; at++) inside.add(at)
        break
      }
  return { taken, cuts: (at) => inside.has(at) }
}

function meant(typed: string, settled: readonly boolean[]): string | undefined {
  if (!/^[\u4e00-\u9fff]+$/.test(typed) || settled.every(Boolean)) return undefined
  let best: { readonly word: string; readonly score: number } | undefined
  for (const [place, sign] of [...typed].entries())
    for (const word of byRight.get(`${typed.length}:${place}:${sign}`) ?? []) {
      const score = scoreOf(typed, word, settled)
      if (score > (best?.score ?? 0)) best = { word, score }
    }
  return best?.word
}

/** 0 = not meant. A wrong character must not belong to a known word; at most half of the characters may be wrong. */
function scoreOf(typed: string, word: string, settled: readonly boolean[]): number {
  let wrong = 0
  let score = typed.length * 2
  for (const [place, sign] of [...typed].entries()) {
    const right = word[place] ?? ''
    if (sign === right) continue
    const like = likeness(sign, right)
    if (settled[place] || like === 0) return 0
    wrong++
    score -= 3 - like
  }
  return wrong === 0 || wrong * 2 > typed.length ? 0 : score
}

const syllablesIn = (word: string) => [...word].map((sign) => syllablesOf.get(sign)?.[0] ?? '').join('')

const byPinyin: ReadonlyMap<string, string> = new Map(
  [...targets, '多少钱', '吗', '的', '查', '一下', '了没', '我的'].reverse().map((word) => [syllablesIn(word), word]),
)
const longestPinyin = Math.max(...[...byPinyin.keys()].map((key) => key.length))

/** First letters that everybody at an order desk uses. 手机尾号 has no short form worth guessing. */
const shorthand: Readonly<Record<string, string>> = {
  dd: '订单',
  ddh: '订单号',
  kd: '快递',
  kddh: '快递单号',
  wl: '物流',
  wldh: '物流单号',
  ydh: '运单号',
  thd: '退货单',
  th: '退货',
  tk: '退款',
  zp: '赠品',
  fh: '发货',
  qs: '签收',
  rc: '入仓',
  rk: '入库',
  kc: '库存',
  sh: '售后',
  dnl: '到哪了',
  zt: '状态',
  yd: '运单',
  dx: '短信',
  tkd: '退款单',
  jd: '京东',
  dy: '抖音',
  tm: '天猫',
  xcx: '小程序',
  cx: '查询',
  kf: '客服',
  ck: '仓库',
  cw: '财务',
}

/** `dao na le` · `wuliu` · `kd`: what was typed without the input method's last step. Letters that belong to numbers stay. */
export function readPinyin(line: string): string {
  return line.replace(/ ?(?<![A-Za-z\d])[A-Za-z]+(?:[ ']?[A-Za-z]+)*(?![A-Za-z\d]) ?/g, (typed, at: number) => {
    const letters = typed.trim()
    if (numberHead.test(letters) && /^[ -]?\d/.test(line.slice(at + typed.trimEnd().length))) return typed
    // with the input method the blanks would not have been typed
    return word(letters) ?? typed.replace(/[A-Za-z]+/g, (part) => word(part) ?? part)
  })
}

/** Letters that a number of the trade begins with. */
const numberHead = /^(?:th|so|sf|yt|jt|jd[a-z]{0,2}|dpk|e|pos|jxs)$/i

function word(letters: string): string | undefined {
  const plain = letters.toLowerCase()
  return shorthand[plain] ?? spelled(plain.replace(/[ ']/g, ''))
}

function spelled(letters: string): string | undefined {
  if (letters === '') return ''
  for (let length = Math.min(longestPinyin, letters.length); length >= 2; length--) {
    const word = byPinyin.get(letters.slice(0, length))
    const rest = word === undefined ? undefined : spelled(letters.slice(length))
    if (word !== undefined && rest !== undefined) return word + rest
  }
  return undefined
}
