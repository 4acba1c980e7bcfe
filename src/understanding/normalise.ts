import { simplified } from './traditional.ts'

/** More than this is no question; the rest is not read. Characters (UTF-16 units). */
export const longestLine = 500

/**
 * One typed line in the spelling the grammar knows: half width, simplified, no invisible signs, blanks single. Lengths may
 * change. Circled digits stay: ② is an answer to a choice, not the number 2. Private-use signs go: the grammar marks with them.
 */
export function normalise(raw: string): string {
  return [...raw.slice(0, longestLine)]
    .map((sign) => (/[\u2460-\u2473]/.test(sign) ? sign : sign.normalize('NFKC')))
    .join('')
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{M}]/gu, '')
    .replace(/[\u2010-\u2015\u2212\u30fc]/g, '-')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(/[\u4e00-\u9fff]/g, (sign) => simplified.get(sign) ?? sign)
    .trim()
}
