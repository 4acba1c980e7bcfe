import type { Truth } from '../kit/waybill-photos/waybill-photo.ts'

/** What a photo is judged by; the generator's own notes beside it (layout, wear) do not count. */
export type Asked = Pick<Truth, 'carrier' | 'waybillNo' | 'sentAt' | 'phoneTail' | 'orderNo'>

/** What some chain said about one photo. */
export type Said = { readonly [Field in keyof Asked]: Asked[Field] | null } & {
  /** Number and carrier may be acted on without asking. */
  readonly sure: boolean
  /** What else was called sure. */
  readonly sureFields: readonly (keyof Asked)[]
  readonly ms: number
  /** Processor time, all threads; what other programs do meanwhile does not change it. */
  readonly cpuMs?: number
}

export type Judged = { readonly truth: Asked; readonly said: Said }

/**
 * Shares of 1 over the photos; of time, phone and order over the photos that carry one. `wrong` is a value that is not the
 * printed one, a missing value is neither right nor wrong.
 */
export function scoreOf(judged: readonly Judged[]) {
  const number = fieldScore(judged, 'waybillNo')
  const sure = judged.filter(({ said }) => said.sure)
  const worked = judged.flatMap(({ said: { cpuMs = Number.NaN } }) => (Number.isNaN(cpuMs) ? [] : [cpuMs / 1000]))
  worked.sort((a, b) => a - b)
  const seconds = judged.map(({ said }) => said.ms / 1000).sort((a, b) => a - b)
  return {
    photos: judged.length,
    number: number.right,
    numberWrong: number.wrong,
    sure: share(sure.length, judged.length),
    sureAndWrong: sure.filter(({ truth, said }) => said.waybillNo !== truth.waybillNo || said.carrier !== truth.carrier)
      .length,
    otherFieldsSureAndWrong: sureAndWrong(judged, ['sentAt', 'phoneTail', 'orderNo']),
    carrier: fieldScore(judged, 'carrier').right,
    time: fieldScore(judged, 'sentAt').right,
    timeWrong: fieldScore(judged, 'sentAt').wrong,
    phoneTail: fieldScore(judged, 'phoneTail').right,
    phoneTailWrong: fieldScore(judged, 'phoneTail').wrong,
    orderNo: fieldScore(judged, 'orderNo').right,
    orderNoWrong: fieldScore(judged, 'orderNo').wrong,
    secondsMedian: round(at(seconds, 0.5), 2),
    secondsP95: round(at(seconds, 0.95), 2),
    ...(worked.length === 0
      ? {}
      : { cpuSecondsMedian: round(at(worked, 0.5), 2), cpuSecondsP95: round(at(worked, 0.95), 2) }),
  }
}

function fieldScore(judged: readonly Judged[], field: keyof Asked): { readonly right: number; readonly wrong: number } {
  const printed = judged.filter(({ truth }) => truth[field] !== null)
  const right = printed.filter(({ truth, said }) => said[field] === truth[field]).length
  const wrong = judged.filter(({ truth, said }) => said[field] !== null && said[field] !== truth[field]).length
  return { right: share(right, printed.length), wrong: share(wrong, judged.length) }
}

/** Values called sure that are not on the label, the recipient's side of it. */
function sureAndWrong(judged: readonly Judged[], fields: readonly (keyof Asked)[]): number {
  return judged.flatMap(({ truth, said }) =>
    fields.filter((field) => said.sureFields.includes(field) && said[field] !== truth[field]),
  ).length
}

const share = (part: number, whole: number): number => (whole === 0 ? 1 : round(part / whole, 3))
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
const round = (value: number, digits: number): number => Number(value.toFixed(digits))
