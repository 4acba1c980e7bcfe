/** A stretch of the line that has been understood; indexes are UTF-16 units of the line. */
export type Span = { readonly start: number; readonly end: number }

/** Signs that stand for what was taken out of the line, so that later patterns see its shape and not its digits. */
export const marks = {
  order: '\ue000',
  returned: '\ue001',
  waybill: '\ue002',
  phone: '\ue003',
  tail: '\ue004',
  odd: '\ue005',
  date: '\ue006',
  name: '\ue007',
  goods: '\ue008',
  channel: '\ue009',
  carrier: '\ue00a',
} as const

export type Mark = keyof typeof marks

/** Any mark, for use inside a RegExp. */
export const anyMark = '[\\ue000-\\ue00f]'

/** The line with the span replaced by the mark, repeated to the same length: indexes of what follows stay right. */
export function blank(line: string, span: Span, mark: Mark): string {
  return line.slice(0, span.start) + marks[mark].repeat(span.end - span.start) + line.slice(span.end)
}

/** Every run of one mark becomes a single sign, and the blanks around it go: the form in which intents are recognised. */
export function collapse(line: string): string {
  return line
    .replace(/([\ue000-\ue00f])\1+/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}
