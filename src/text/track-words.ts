import { steps } from './answers.ts'

/**
 * One node of a carrier's track as a short clause: 已到杭州萧山转运中心. Falls back to the carrier's own words without the
 * city in front and the brackets around places.
 */
export function trackStep(words: string, state: string, place: string | undefined): string {
  const known = place === undefined || place.trim() === '' ? undefined : place.trim()
  if (state === 'delivering') return steps.delivering
  if (state === 'collected') return steps.collected(known)
  if (known !== undefined && state === 'in_transit') {
    if (/到达|已到|抵达|到件/.test(words)) return steps.reached(known)
    if (/离开|发往|发出|已发|下一站/.test(words)) return steps.left(known)
  }
  return carrierWords(words) || (known === undefined ? steps.moving : steps.reached(known))
}

/** The carrier's own words, shorter: no city in front, no brackets, no courier in them twice. */
export function carrierWords(words: string): string {
  return words
    .replace(/^\s*【[^】]*】\s*/, '')
    .replace(/[【】]/g, '')
    .replace(/,/g, '，')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The carrier's reason of an exception without what the title says anyway. */
export function exceptionReason(words: string): string {
  return (
    carrierWords(words)
      .replace(/^(?:快件|包裹)/, '')
      .replace(/^(?:派送不成功|派件未成功|收件人拒收)[：:，]?/, '')
      .split(/[，。；;]/)[0] ?? ''
  )
}

/** The place a parcel is on its way to, when the carrier names one: 杭州萧山转运中心. */
export function nextStop(words: string): string | undefined {
  return /(?:下一站|发往)[：:]?\s*【?([^】，,。；;（(]{2,30})/.exec(words)?.[1]?.trim() || undefined
}

/** Who brings it, as the carrier names them: 王师傅(139****8812). */
export function courierIn(words: string): string | undefined {
  return /([\p{Script=Han}]{1,3}师傅(?:[（(][\d*\s-]{5,20}[）)])?)/u.exec(words)?.[1]
}
