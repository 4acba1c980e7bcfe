import { BadPayload } from '../../src/runtime/errors.ts'

/** undefined: the name stands there twice, and nobody may say two things at once. */
export type Query = ReadonlyMap<string, string | undefined>

/** The values of a URL's query, decoded once. `+` stays `+`: it is base64 here, never a blank. Throws BadPayload. */
export function queryOf(url: string): Query {
  const query = new Map<string, string | undefined>()
  const start = url.indexOf('?')
  if (start < 0) return query
  for (const pair of url.slice(start + 1).split('&')) {
    const at = pair.indexOf('=')
    const name = at < 0 ? pair : pair.slice(0, at)
    const value = at < 0 ? '' : decoded(pair.slice(at + 1))
    query.set(name, query.has(name) ? undefined : value)
  }
  return query
}

function decoded(value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch (cause) {
    throw new BadPayload('callback refused: a query value cannot be decoded', { cause })
  }
}

/** The value of a name that must stand there once. Throws BadPayload. */
export function one(query: Query, name: string): string {
  const value = query.get(name)
  if (value === undefined || value === '') throw new BadPayload(`callback refused: the query must have one ${name}`)
  return value
}
