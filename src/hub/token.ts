/**
 * One typed token in its plain form: half width, upper case, one kind of dash, without blanks, invisible signs, middle dots
 * and the marks people put before a tail (…2563, *2563, #2563). Never throws; '' when nothing is left.
 */
export function plainToken(raw: string): string {
  return raw
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Cc}\u00b7\u2022\u30fb]/gu, '')
    .replace(/[\u2010-\u2015\u2212\u30fc]/g, '-')
    .replace(/^[.*#]+|[.,;]+$/g, '')
    .toUpperCase()
}
