import { isSafeNumber, parse } from 'lossless-json'
import { BadPayload } from './errors.ts'

/** A JSON value from outside. Numbers that a double cannot hold exactly arrive as the text that was sent. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export type JsonBounds = {
  /** Bytes of UTF-8. */
  readonly maxBytes?: number
  readonly maxDepth?: number
}

/** reliability.md "Figures to use": a body of at most 64 KiB, JSON at most 20 levels deep. */
const defaultBounds = { maxBytes: 64 * 1024, maxDepth: 20 } as const

/** Keys that reach a prototype when the object is merged somewhere later; no vendor uses them. */
const hostileKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Parses JSON without losing digits: whole numbers beyond ±(2^53 − 1) and whatever a double would round come out as text.
 * Throws BadPayload (never quoting the body) when it is too big, too deep, not UTF-8, not JSON, or gives one key two values.
 */
export function parseJson(body: string | Uint8Array, bounds: JsonBounds = {}): Json {
  const { maxBytes, maxDepth } = { ...defaultBounds, ...bounds }
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body).byteLength : body.byteLength
  if (bytes > maxBytes) throw new BadPayload(`JSON of ${bytes} bytes refused: at most ${maxBytes} are read`)
  const text = typeof body === 'string' ? body.replace(/^\uFEFF/, '') : decodeUtf8(body)
  refuseDepth(text, maxDepth)
  return withoutHostileKeys(parseText(text))
}

/** `value` at the path of keys; undefined when any step is missing or no object. */
export function jsonAt(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let here = value
  for (const key of path) {
    if (typeof here !== 'object' || here === null || Array.isArray(here) || !Object.hasOwn(here, key)) return undefined
    here = (here as { readonly [key: string]: Json })[key]
  }
  return here
}

/** An id or word as text, whether the vendor sent it quoted or bare; undefined for anything else and for ''. */
export function jsonText(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = jsonAt(value, ...path)
  if (typeof found === 'number') return String(found)
  return typeof found === 'string' && found !== '' ? found : undefined
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw new BadPayload('JSON refused: the bytes are not UTF-8', { cause })
  }
}

/** lossless-json 4.3.3 recurses once per level and has no bound of its own, so the levels are counted before it sees the text. */
function refuseDepth(text: string, maxDepth: number): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 0x5c) i++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxDepth) throw new BadPayload(`JSON refused: more than ${maxDepth} levels deep`)
    } else if (code === 0x5d || code === 0x7d) depth--
  }
}

function parseText(text: string): unknown {
  try {
    return parse(text, null, (digits) => (isSafeNumber(digits) ? Number(digits) : digits))
  } catch (error) {
    // the library's messages quote keys and characters of the body, so only the position is passed on
    const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined
    throw new BadPayload(position ? `JSON refused: cannot be read at position ${position}` : 'JSON refused: not JSON')
  }
}

function withoutHostileKeys(value: unknown): Json {
  if (Array.isArray(value)) return value.map(withoutHostileKeys)
  if (typeof value !== 'object' || value === null) return value as Json
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !hostileKeys.has(key))
      .map(([key, inner]) => [key, withoutHostileKeys(inner)]),
  )
}
