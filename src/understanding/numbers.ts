import type { Mark, Span } from './marks.ts'

/** A number of the trade found in a line: normalised (upper case, no blanks, house dashes put back). */
export type FoundNumber = Span & {
  readonly kind: 'order_no' | 'hub_no' | 'return_no' | 'waybill_no' | 'phone' | 'odd'
  readonly value: string
  /** Only when letters make it certain. */
  readonly carrier?: string
  readonly extension?: string
}

export const markOfNumber: Readonly<Record<FoundNumber['kind'], Mark>> = {
  order_no: 'order',
  hub_no: 'order',
  return_no: 'returned',
  waybill_no: 'waybill',
  phone: 'phone',
  odd: 'odd',
}

type Form = {
  readonly kind: FoundNumber['kind']
  readonly form: RegExp
  /** Strong forms are believed when pieces with blanks between them add up to one; weak ones only before nothing better does. */
  readonly strong: boolean
  /** JD orders look like older waybills: the words in front decide. */
  readonly orWaybill?: true
  readonly carrier?: string
  readonly write?: (match: RegExpExecArray) => string
}

/** Forms of protocols/waybills.md §1 and of the question set; the first that fits the whole wins. */
const forms: readonly Form[] = [
  { kind: 'hub_no', form: /^S[O0](\d{12})$/, strong: true, write: (match) => `SO${match[1]}` },
  { kind: 'return_no', form: /^TH\d{10}$/, strong: true },
  {
    kind: 'order_no',
    form: /^POS([A-Z]{1,6}\d{0,4})(20\d{6})(\d{4})$/,
    strong: true,
    write: (match) => `POS-${match[1]}-${match[2]}-${match[3]}`,
  },
  {
    kind: 'order_no',
    form: /^JXS(\d{2})(20\d{6})(\d{4})$/,
    strong: true,
    write: (match) => `JXS${match[1]}-${match[2]}-${match[3]}`,
  },
  { kind: 'order_no', form: /^E\d{23}$/, strong: true },
  { kind: 'waybill_no', form: /^SF[A-Z0-9]\d{12}$/, strong: true, carrier: '顺丰' },
  { kind: 'waybill_no', form: /^JD[A-Z0-9]{2}\d{11}$/, strong: true, carrier: '京东物流' },
  { kind: 'waybill_no', form: /^JT\d{12,13}$/, strong: true, carrier: '极兔' },
  { kind: 'waybill_no', form: /^YT\d{13}$/, strong: true, carrier: '圆通' },
  { kind: 'waybill_no', form: /^DPK\d{11,13}$/, strong: true, carrier: '德邦' },
  { kind: 'waybill_no', form: /^E[A-Z]\d{9}CN$/, strong: true, carrier: '邮政' },
  { kind: 'order_no', form: /^[2-7]\d{18}$/, strong: true },
  { kind: 'order_no', form: /^\d{18,19}$/, strong: false },
  { kind: 'phone', form: /^(?:86|0086)?(1[3-9]\d{9})$/, strong: false, write: (match) => match[1] ?? '' },
  { kind: 'order_no', form: /^\d{12}$/, strong: false, orWaybill: true },
  { kind: 'waybill_no', form: /^(?:7[3-8]\d{12}|77\d{13}|621\d{12}|[34]\d{14}|1[0-3]\d{11}|5\d{12})$/, strong: false },
  { kind: 'waybill_no', form: /^(?:98|99|96|43)\d{11}$/, strong: false },
]

type Piece = Span & { readonly text: string; readonly gap: number }

/** Runs of letters and runs of digits; `gap` is the length of what separates one from the piece before (−1 = too much). */
function piecesOf(line: string): readonly Piece[] {
  const pieces: Piece[] = []
  // neither a written day nor what follows it goes on the number in front
  const datesIn = new Set<number>()
  for (const { 0: day, index } of line.matchAll(/(?<![\dA-Za-z])20\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)/g)) {
    datesIn.add(index)
    datesIn.add(index + day.length + (/^\s*/.exec(line.slice(index + day.length))?.[0].length ?? 0))
  }
  for (const match of line.matchAll(/[A-Za-z]+|\d+/g)) {
    const before = pieces.at(-1)
    const between = before === undefined ? undefined : line.slice(before.end, match.index)
    const gap = datesIn.has(match.index)
      ? -1
      : between !== undefined && /^(?:[ ._·]{0,2}|[ ]?-{1,2}[ ]?)$/.test(between)
        ? between.length
        : -1
    pieces.push({ text: match[0].toUpperCase(), start: match.index, end: match.index + match[0].length, gap })
  }
  return pieces
}

/** Who types a dozen digits after one of these words means a waybill, not a JD order. */
const saysWaybill =
  /(?<!什么|啥|哪家|哪个|没有?|无|缺|查不到|看不到|找不到)(?:运单|快递|物流|面单|顺丰|中通|圆通|申通|韵达|极兔|德邦|邮政|ems)[号单码]{0,2}(?:是|为|:|改成|改为)?\s*$/i

/** All numbers of a line, in order; letters in front of digits that mean nothing are left out. */
export function findNumbers(line: string): readonly FoundNumber[] {
  const pieces = piecesOf(line)
  const found: FoundNumber[] = []
  for (let index = 0; index < pieces.length; ) {
    const next = numberAt(line, pieces, index)
    if (next !== undefined) found.push(next.number)
    index = next?.after ?? index + 1
  }
  return found
}

/** How many pieces one number can fall into: 19 digits typed in groups of three or four, letters and dashes between. */
const mostPieces = 9

function numberAt(line: string, pieces: readonly Piece[], index: number) {
  const fits = joins(pieces, index)
  const strong = fits.filter(({ form, rest }) => form.strong && !rest)
  // what stands together outranks what only adds up across a blank: `DPK12345678901 2罐` is no longer number
  const taken = strong.find(({ apart }) => !apart) ?? strong[0] ?? weakest(fits)
  if (taken === undefined) return oddNumber(pieces, index)
  return { number: write(line, taken), after: index + taken.pieces }
}

/** Without letters: what stands together, else the longest; a shorter one would leave half a number over. */
function weakest(fits: readonly Join[]): Join | undefined {
  const weak = fits.filter(({ form, rest }) => !form.strong && !rest)
  return weak.find(({ apart }) => !apart) ?? weak[0]
}

/** `apart`: there is a gap between the pieces. `rest`: a later piece is a number by itself. */
type Join = Span & {
  readonly pieces: number
  readonly form: Form
  readonly match: RegExpExecArray
  readonly apart: boolean
  readonly rest: boolean
}

/** Every known form that the pieces from `index` on add up to, longest first. */
function joins(pieces: readonly Piece[], index: number): readonly Join[] {
  const found: Join[] = []
  const first = pieces[index]
  if (first === undefined) return found
  let text = ''
  let apart = false
  let rest = false
  for (let count = 1; count <= mostPieces; count++) {
    const piece = pieces[index + count - 1]
    if (piece === undefined || (count > 1 && piece.gap < 0)) break
    text += piece.text
    apart ||= count > 1 && piece.gap > 0
    rest ||= count > 1 && piece.gap > 0 && forms.some(({ form }) => form.test(piece.text))
    for (const form of forms) {
      const match = form.form.exec(text)
      if (match === null) continue
      found.unshift({ pieces: count, form, match, apart, rest, start: first.start, end: piece.end })
      break
    }
  }
  return found
}

function write(line: string, { form, match, start, end }: Join): FoundNumber {
  const value = form.write?.(match) ?? match[0]
  const behind = line.slice(end)
  if (form.kind === 'phone') {
    const extension = /^\s?[-转,]\s?(\d{3,4})(?!\d)/.exec(behind)
    if (extension === null) return { kind: 'phone', value, start, end }
    return { kind: 'phone', value, start, end: end + extension[0].length, extension: extension[1] ?? '' }
  }
  // bar codes of JD carry the parcel's place behind the waybill: JDVA01234567890-1-1-
  const parcel = form.carrier === '京东物流' ? (/^-\d+-\d+-?\d*-?/.exec(behind)?.[0].length ?? 0) : 0
  const kind = form.orWaybill && saysWaybill.test(line.slice(0, start)) ? 'waybill_no' : form.kind
  return { kind, value, start, end: end + parcel, ...(form.carrier !== undefined && { carrier: form.carrier }) }
}

/** Seven or more digits that are no known number and no date: somebody dropped or doubled one. */
function oddNumber(pieces: readonly Piece[], index: number) {
  const piece = pieces[index]
  if (piece === undefined || !/^\d{7,}$/.test(piece.text)) return undefined
  if (/^20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(piece.text)) return undefined
  const letters = pieces[index - 1]
  const head =
    piece.gap === 0 && letters !== undefined && /^(?:SO|TH|SF|JD|JT|YT|E|DPK)$/.test(letters.text) ? letters : piece
  const value = head === piece ? piece.text : head.text + piece.text
  return { number: { kind: 'odd', value, start: head.start, end: piece.end } as const, after: index + 1 }
}
