import { BadPayload } from '../../src/runtime/errors.ts'

export type Query = ReadonlyMap<string, readonly string[]>

/** The values of a URL's query, decoded once. `+` stays `+`: it is base64 here, never a blank. */
export function queryOf(url: string): Query {
  const query = new Map<string, string[]>()
  const start = url.indexOf('?')
  if (start < 0) return query
  for (const pair of url.slice(start + 1).split('&')) {
    const at = pair.indexOf('=')
    const name = at < 0 ? pair : pair.slice(0, at)
    const values = query.get(name)
    const value = decoded(at < 0 ? '' : pair.slice(at + 1))
    if (values === undefined) query.set(name, [value])
    else values.push(value)
  }
  return query
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch (cause) {
    throw new BadPayload('callback refused: a query value cannot be decoded', { cause })
  }
}

/** The value of a name that must stand there once. Throws BadPayload. */
export function one(query: Query, name: string): string {
  const [value, ...more] = query.get(name) ?? []
  if (value === undefined || value === '' || more.length > 0)
    throw new BadPayload(`callback refused: the query must have one ${name}`)
  return value
}
