export type Phone = {
  /** Digits only, without country code: what is hashed and searched. */
  readonly number: string
  /** What is shown: the number, with `-extension` when there is one. */
  readonly text: string
  readonly extension?: string
  /** Lent by a platform or a virtual operator: it may belong to somebody else next week, so it never proves who someone is. */
  readonly virtual: boolean
}

/**
 * Ranges of virtual operators (162 165 167 170 171). Real people hold some of them, but privacy numbers are rented out of
 * the same ranges: treating all as virtual costs a merge now and then, the other way round would join strangers.
 */
const virtualRange = /^1(?:6[257]|7[01])/

/** Relay numbers of privacy services: 95013 and what follows. Unconfirmed (seen in the trade, no vendor page). */
const relayNumber = /^95013\d{6,12}$/

const mobile = /^1[3-9]\d{9}$/
/** Area code + number, 400/800 lines; only found by the whole of it. */
const landline = /^(?:0\d{2,3}\d{7,8}|[48]00\d{7})$/

/** Mobile, separator of any kind and up to 4 characters, extension: `188…-123`, `184… ext 3026`, `184…,3026`. */
const withExtension = /^(1[3-9]\d{9})(?:[^\d*]{1,4})(\d{1,6})$/

/**
 * Reads one phone number in any spelling: full width, spaces, dashes, brackets, +86 / 0086 / 86 in front, an extension
 * behind. undefined when it is no complete number (masked with stars, encrypted by a platform, words).
 */
export function parsePhone(raw: string): Phone | undefined {
  const plain = plainSpelling(raw)
  const digits = plain.replace(/-/g, '')
  if (mobile.test(digits)) return { number: digits, text: digits, virtual: virtualRange.test(digits) }
  if (relayNumber.test(digits)) return { number: digits, text: digits, virtual: true }
  if (landline.test(digits)) return { number: digits, text: digits, virtual: false }
  // the dashes inside the number go, the last separator stays
  const parts = withExtension.exec(
    plain.replace(/^(\d{3})-(\d{4})-(\d{4})/, '$1$2$3').replace(/^(\d{3})-(\d{8})/, '$1$2'),
  )
  const [, number, extension] = parts ?? []
  if (!number || !extension) return undefined
  return { number, extension, text: `${number}-${extension}`, virtual: true }
}

/** True for numbers that are shown and found but never used to merge people: with extension, rented ranges, relays. */
export function isVirtualPhone(raw: string): boolean {
  return parsePhone(raw)?.virtual ?? false
}

/**
 * The four digits people read out: of a 4-digit extension the extension (labels print 184…-3026), else the last four of
 * the number. A masked number (138****1234) still has its tail. undefined when four digits do not stand at the end.
 */
export function phoneTail(raw: string): string | undefined {
  const phone = parsePhone(raw)
  if (phone) return phone.extension?.length === 4 ? phone.extension : phone.number.slice(-4)
  return /^[\d*-]*\*[\d*-]*?(\d{4})$/.exec(plainSpelling(raw))?.[1]
}

function plainSpelling(raw: string): string {
  return raw
    .normalize('NFKC')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g, '')
    .replace(/[\u2010-\u2015\u2212\u30fc]/g, '-')
    .replace(/\.{2,}/g, '*')
    .replace(/[\s().\u00b7]/g, '')
    .replace(/^(?:\+86|0086|86(?=-?1[3-9]))-?/, '')
}
