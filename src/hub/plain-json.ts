/** Postgres text and jsonb refuse NUL and lone surrogates; people's messages hold both now and then. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd')
}

/** The same for every text inside a JSON value; undefined members go, as in JSON. */
export function storableJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, inner) => (typeof inner === 'string' ? storableText(inner) : inner)))
}
