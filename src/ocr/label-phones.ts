import { recipientWords, senderWords, servicePhoneWords, virtualPhoneWords } from '../text/label-words.ts'
import { inReadingOrder } from './label-rows.ts'
import type { TextLine } from './types.ts'

export type PhoneSeen = {
  readonly tail: string
  readonly side: 'recipient' | 'sender' | 'unknown'
  readonly weakest: number
  readonly cy: number
}

/** Stars as text engines give them back. Between digits an x is a star too. */
const stars = /[*\u00d7\u2217\u22c6\u2605\u2606\u00b7\u2022\u25cf#]|(?<=[\d*X])X(?=[\d*X])/g
/** Small stars come back as dots and quotes. */
const faint = /[*.'"\u201c\u201d\u2018\u2019`\u00b4^\u00b0\u2026]{3,}/g
const masked = /(?:(?<![\d*])1\d{0,3}|(?<!\d)1[3-9]\d)\*{2,9}(\d{4})(?![\d*])/
/** All stars but one were lost, or the 1 before them: shown, never sure. */
const nearlyMasked = /(?<![\d*])1\d{0,2}\*(\d{4})(?![\d*])|(?<!\d)\*{5,9}(\d{4})(?![\d*])/
const whole = /(?<!\d)1[3-9]\d{5}(\d{4})(?!\d)/
/** 18400891667-3026: a number lent by the platform; its extension is nobody's tail. */
const extension = /^ ?[-\u8f6c,([#~] ?\d{2,4}(?!\d)/

/**
 * Phone tails in print, the recipient's first. Virtual numbers, service lines and what only looks like a phone are left out.
 */
export function phonesIn(lines: readonly TextLine[]): PhoneSeen[] {
  const ordered = inReadingOrder(lines)
  const sides = sideMarks(ordered)
  const seen = ordered.flatMap((line, index) => {
    const found = phoneIn(line, ordered[index - 1])
    return found ? [{ ...found, side: sideOf(line, sides), cy: line.at.cy }] : []
  })
  // behind a virtual number the recipient's own is masked or absent: one printed in full is the sender's
  const hidden = ordered.some(({ text }) => virtualPhoneWords.test(text) && /\d{11}/.test(text))
  const own = hidden ? seen.filter(({ full }) => !full) : seen
  const rank = { recipient: 0, unknown: 1, sender: 2 }
  return own.sort((a, b) => rank[a.side] - rank[b.side] || a.cy - b.cy).map(({ full: _, ...phone }) => phone)
}

function phoneIn(
  line: TextLine,
  above: TextLine | undefined,
): { tail: string; weakest: number; full: boolean } | undefined {
  const text = line.text
    .toUpperCase()
    .replace(stars, '*')
    .replace(faint, (run) => '*'.repeat(run.length))
  const match = masked.exec(text) ?? whole.exec(text) ?? nearlyMasked.exec(text)
  if (match === null) return undefined
  const after = text.slice(match.index + match[0].length)
  const before = text.slice(0, match.index)
  if (extension.test(after) || virtualPhoneWords.test(line.text) || servicePhoneWords.test(before)) return undefined
  if (/[-_][ ]?$/.test(before) || /^[ ]?_/.test(after)) return undefined
  // the word stands in a box of its own, to the left on the same row
  const beside = above !== undefined && Math.abs(above.at.cy - line.at.cy) < line.at.height * 0.8 ? above.text : ''
  if (virtualPhoneWords.test(beside)) return undefined
  const end = match.index + match[0].length
  const sure = masked.test(text) || whole.test(text) ? 1 : 0.5
  return {
    tail: (match[1] ?? match[2]) as string,
    weakest: Math.min(sure, ...line.probs.slice(end - 4, end)),
    full: !match[0].includes('*'),
  }
}

type Mark = { readonly side: 'recipient' | 'sender'; readonly cx: number; readonly cy: number }

function sideMarks(lines: readonly TextLine[]): Mark[] {
  return lines.flatMap((line): Mark[] => {
    const text = line.text.replace(/[\s()]/g, '').toUpperCase()
    const { cx, cy } = line.at
    if (recipientWords.test(text)) return [{ side: 'recipient', cx, cy }]
    return senderWords.test(text) ? [{ side: 'sender', cx, cy }] : []
  })
}

/** The nearest mark: the word before the name, or the big sign that stands in the middle beside name and address. */
function sideOf(line: TextLine, marks: readonly Mark[]): PhoneSeen['side'] {
  let best: { readonly side: PhoneSeen['side']; readonly far: number } | undefined
  for (const { side, cy } of marks) {
    const below = line.at.cy - cy
    if (below < -3 * line.at.height || below > 5 * line.at.height) continue
    const far = Math.abs(below)
    if (best === undefined || far < best.far) best = { side, far }
  }
  return best?.side ?? 'unknown'
}
