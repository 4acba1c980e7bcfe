import { storable } from './clean.ts'

/**
 * Reading of JSON that somebody else wrote, field by field: what is missing or of another kind is undefined, never an error.
 * Plain code instead of a schema, for the edge carries it too (zod would be most of its bundle).
 */
export type Fields = Readonly<Record<string, unknown>>

/** The value as fields, undefined when it is no object. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** Own fields only: a name like `constructor` is not there unless it was sent. */
function own(fields: Fields | undefined, name: string): unknown {
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** A text that says something, fit for storing. */
export function textIn(fields: Fields | undefined, name: string): string | undefined {
  const value = own(fields, name)
  return typeof value === 'string' ? storable(value) || undefined : undefined
}

export const fieldsIn = (fields: Fields | undefined, name: string): Fields | undefined => fieldsOf(own(fields, name))

/** The objects of a list, in their order. */
export function listIn(fields: Fields | undefined, name: string): readonly Fields[] {
  const value = own(fields, name)
  return Array.isArray(value) ? value.map(fieldsOf).filter((each) => each !== undefined) : []
}

/** Milliseconds since 1970, which come as a number or as its text. */
export function epochMsIn(fields: Fields | undefined, name: string): number | undefined {
  const value = own(fields, name)
  const ms = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isSafeInteger(ms) && ms > 0 ? ms : undefined
}

/** The value of any kind, for the few fields that come in several. */
export const rawIn = own
