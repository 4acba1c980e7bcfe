import { BadPayload } from '../runtime/errors.ts'

// FilterString is text like SQL that the vendor puts together: fields come from a list of ours, values only as quoted text.

const most = 200

/** `field IN ('a','b')` with every quote doubled. Throws BadPayload for values that no number of theirs can be. */
export function isOneOf(field: string, values: readonly string[]): string {
  if (values.length === 0 || values.length > most) throw new BadPayload(`${field} is asked by 1 to ${most} numbers`)
  return `${field} IN (${values.map(quoted).join(',')})`
}

export function is(field: string, value: string): string {
  return `${field} = ${quoted(value)}`
}

export const all = (...parts: readonly string[]): string => parts.join(' AND ')

function quoted(value: string): string {
  if (value === '' || value.length > 100 || /\p{Cc}/u.test(value)) throw new BadPayload('a number cannot be asked for')
  return `'${value.replaceAll("'", "''")}'`
}
