import { formWords, recipientWords, senderWords, servicePhoneWords, virtualPhoneWords } from '../text/label-words.ts'
import { inReadingOrder } from './label-rows.ts'
import type { TextLine, TurnedBox } from './types.ts'

type Side = 'recipient' | 'sender' | 'unknown'

export type PhoneSeen = {
  /** Last four digits; null where the platform lends a virtual number instead of the person's own. */
  readonly tail: string | null
  readonly side: Side
  /** The least sure of the four digits, 0 to 1. */
  readonly weakest: number
  readonly at: TurnedBox
}

/** How the recipient's phone was told from the sender's: by the mark beside it, by the one beside the other phone, or by its place. */
export type RecipientPhone = {
  readonly tail: string
  readonly weakest: number
  readonly by: 'mark' | 'other-mark' | 'order' | 'rival'
  readonly at: TurnedBox
}

/** Stars as text engines give them back. Between digits an x is a star too. */
const stars = /[*\u00d7\u2217\u22c6\u2605\u2606\u00b7\u2022\u25cf#]|(?<=[\d*X])X(?=[\d*X])/g
/** Small stars come back as dots and quotes. */
const faint = /[*.'"\u201c\u201d\u2018\u2019`\u00b4^\u00b0\u2026]{3,}/g
/** 138****1234, 1******4321 (a star of the name may stand before it), *******4321. */
const masked = /((?<![\d*])1\d{0,3}|(?<!\d)1[3-9]\d|(?<!\d)1(?=\*{5})|(?<!\d)\*{4})\*{2,9}(\d{4})(?![\d*])/
/** All stars but one were lost, or the 1 and some of them: shown, never sure. */
const nearlyMasked = /(?<![\d*])1\d{0,2}\*(\d{4})(?![\d*])|(?<!\d)\*{4,5}(\d{4})(?![\d*])/
/** Behind the recipient's mark a name, a star or two and a tail: shown, never sure. */
const starredTail = /^[^\d*]{1,4}[*.]{1,3}(\d{4})$/
/** 184******4260: too long for a phone, more likely a virtual number than stars seen double. */
const phoneSigns = 11
const whole = /(?<![\dA-Z])1[3-9]\d{5}(\d{4})(?!\d)/
/** 139 0571 4820, as some shops print it. */
const spaced = /(?<!\d)1[3-9]\d \d{4} (\d{4})(?!\d)/
/**
 * 18400891667-3026, 184********转3026, and both run together: lent by the platform; the extension is nobody's tail. Three
 * digits and more than four stars are longer than a phone: the dash was read as one more.
 */
const lent =
  /(?<!\d)1[3-9]\d[\d*]{6,8} ?[-_\u8f6c,([#~] ?\d{2,4}(?!\d)|(?<!\d)1[3-9]\d\*{6}|(?<!\d)1[3-9]\d{9} \d{4}(?!\d)|(?<![\dA-Z-])1[3-9]\d{13}(?!\d)/

type Found = Pick<PhoneSeen, 'tail' | 'weakest'> & { readonly at: TurnedBox }

/** Phones in print, the upper ones first, with the side of the label they stand on. Service lines are left out. */
export function phonesIn(lines: readonly TextLine[]): PhoneSeen[] {
  const ordered = inReadingOrder(lines)
  const found = ordered.flatMap((line, index): Found[] => {
    const phone = phoneIn(line, ordered[index - 1])
    return phone ? [{ ...phone, at: line.at }] : []
  })
  const marks = sideMarks(ordered).map((mark) => ({
    ...mark,
    nearest: Math.min(...found.map(({ at }) => farFrom(mark, at))),
  }))
  const seen = found.map(({ tail, weakest, at }) => ({ tail, weakest, side: sideOf(at, marks), at }))
  return seen.sort((a, b) => a.at.cy - b.at.cy)
}

/**
 * The recipient's own phone. A virtual number on their side ends the search: the other phone in view is the sender's. Without
 * a mark it is the upper one of two; one alone may be anybody's and is not given.
 */
export function recipientPhone(seen: readonly PhoneSeen[]): RecipientPhone | undefined {
  const marked = seen.filter(({ side }) => side === 'recipient')
  const open = seen.filter(({ side }) => side === 'unknown')
  const sender = seen.some(({ side }) => side === 'sender')
  if (marked.length > 0) return ownOf(besideLent(marked, seen), 'mark')
  if (open.some(({ tail }) => tail === null)) return undefined
  const [first] = open
  const parties = new Set(seen.map(({ tail }) => tail)).size
  if (first === undefined || parties !== 2 || (!sender && open.length < 2)) return undefined
  return ownOf([first], sender && open.every(({ tail }) => tail === first.tail) ? 'other-mark' : 'order')
}

/**
 * Some labels print the masked phone below the virtual number. It is the recipient's own where the sender's is in view as well:
 * else it may be the sender's, read as if it stood higher.
 */
function besideLent(marked: readonly PhoneSeen[], seen: readonly PhoneSeen[]): readonly PhoneSeen[] {
  const own = marked.filter(({ tail }) => tail !== null)
  const senders = seen.flatMap(({ side, tail }) => (side === 'sender' && tail !== null ? [tail] : []))
  const apart = senders.length > 0 && own.every(({ tail }) => !senders.includes(tail as string))
  return own.length > 0 && apart ? own : marked
}

function ownOf(phones: readonly PhoneSeen[], by: 'mark' | 'other-mark' | 'order'): RecipientPhone | undefined {
  if (phones.some(({ tail }) => tail === null)) return undefined
  const [best] = [...phones].sort((a, b) => b.weakest - a.weakest)
  if (best === undefined || best.tail === null) return undefined
  const rival = phones.some(({ tail }) => tail !== best.tail)
  return { tail: best.tail, weakest: best.weakest, by: rival ? 'rival' : by, at: best.at }
}

function phoneIn(line: TextLine, before: TextLine | undefined): Pick<PhoneSeen, 'tail' | 'weakest'> | undefined {
  const text = line.text
    .toUpperCase()
    .replace(stars, '*')
    .replace(faint, (run) => '*'.repeat(run.length))
  const hidden = masked.exec(text)
  const full = hidden ?? whole.exec(text) ?? spaced.exec(text)
  const behindMark = recipientWords.test(text) ? starredTail.exec(text) : null
  const match = full ?? nearlyMasked.exec(text) ?? behindMark
  const loan = lent.exec(text)
  if (loan !== null && !servicePhoneWords.test(text.slice(0, loan.index))) return { tail: null, weakest: 1 }
  if (virtualPhoneWords.test(line.text) && /\d{2}/.test(text)) return { tail: null, weakest: 1 }
  if (match === null) return undefined
  const [head, after] = [text.slice(0, match.index), text.slice(match.index + match[0].length)]
  if (servicePhoneWords.test(head)) return undefined
  // the word may stand in a box of its own, to the left on the same row
  const beside = before !== undefined && Math.abs(before.at.cy - line.at.cy) < line.at.height * 0.8 ? before.text : ''
  if (virtualPhoneWords.test(beside)) return { tail: null, weakest: 1 }
  if (/[-_][ ]?$/.test(head) || /^[ ]?_/.test(after)) return undefined
  const end = match.index + match[0].length
  const tooLong = hidden !== null && /^\d{2}/.test(hidden[0]) && hidden[0].length > phoneSigns
  const sure = full === null || tooLong ? 0.5 : 1
  return { tail: match[0].slice(-4).trim(), weakest: Math.min(sure, ...line.probs.slice(end - 4, end)) }
}

type Mark = { readonly side: 'recipient' | 'sender'; readonly cy: number }

function sideMarks(lines: readonly TextLine[]): Mark[] {
  return lines.flatMap((line): Mark[] => {
    const text = line.text.replace(/[\s()]/g, '').toUpperCase()
    const { cy } = line.at
    if (formWords.test(text)) return []
    if (recipientWords.test(text)) return [{ side: 'recipient', cy }]
    return senderWords.test(text) ? [{ side: 'sender', cy }] : []
  })
}

/** Name and phone are the first line of their block; the sign stands level with them or lower, beside the address. */
const aboveSign = 4
const belowSign = 1.1
const sameRow = 0.8

/** How far a phone stands from a mark that may be its own, in pixels; infinite where it cannot be. */
function farFrom({ cy }: Mark, at: TurnedBox): number {
  const below = at.cy - cy
  return below < -aboveSign * at.height || below > belowSign * at.height ? Number.POSITIVE_INFINITY : Math.abs(below)
}

/** The nearest mark whose own row of phones this is: the phone of the other party may be in reach of it, but stands behind. */
function sideOf(at: TurnedBox, marks: readonly (Mark & { readonly nearest: number })[]): Side {
  const own = marks
    .map((mark) => ({ ...mark, far: farFrom(mark, at) }))
    .filter(({ far, nearest }) => far !== Number.POSITIVE_INFINITY && far <= nearest + sameRow * at.height)
    .sort((a, b) => a.far - b.far)
  return own[0]?.side ?? 'unknown'
}
