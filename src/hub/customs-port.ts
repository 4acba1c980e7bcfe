/** What the declarant's side answered to one of the documents of an order. Times epoch ms. */
export type CustomsAnswer = {
  /** 312 order · 412 payment · 512 waybill · 622 list */
  readonly kind: '312' | '412' | '512' | '622'
  readonly orderNo: string
  readonly guid?: string
  readonly verdict: 'pending' | 'accepted' | 'rejected' | 'released'
  /** The code as it was told. */
  readonly code: string
  readonly words?: string
  readonly preNo?: string
  readonly listNo?: string
  readonly atMs: number
}

/** Where answers of customs are read. */
export type CustomsDesk = {
  readonly name: string
  /** Name in the table of sources, beginning with `customs.`. */
  readonly source: string
  /** All answers there are, in any order; the same ones again and again. Throws Unreachable. */
  answers(signal: AbortSignal): AsyncIterable<CustomsAnswer>
}
