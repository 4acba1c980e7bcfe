/** Half of a surrogate pair is no character: JSON carries it, DingTalk and Postgres do not. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

/** What may be stored of a text from outside: whole characters, no NUL (Postgres takes none). */
export const storable = (text: string): string => wellFormed(text).replaceAll('\u0000', '')

/** One line without control characters, cut between characters so that its UTF-8 form fits. */
export function oneLine(text: string, maxBytes: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are taken out for
  const flat = wellFormed(text).replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
  const size = (part: string) => new TextEncoder().encode(part).byteLength
  if (size(flat) <= maxBytes) return flat
  let bytes = 0
  let kept = ''
  for (const character of flat) {
    bytes += size(character)
    if (bytes > maxBytes) break
    kept += character
  }
  return kept
}
