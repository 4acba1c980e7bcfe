import type { CarrierCode } from './order-facts.ts'

/** What can be read from the photo of a waybill. */
export type PhotoField = 'waybillNo' | 'carrier' | 'sentAt' | 'phoneTail' | 'orderNo'

/** Why nothing, or not enough, could be read. */
export type Unreadable = 'blurred' | 'glare' | 'cropped' | 'too-small' | 'too-dark' | 'no-label' | 'unknown-form'

/** One waybill as it was read. A number matches a known form or is null: a wrong one is worse than none. */
export type PhotoReading = {
  readonly carrier: CarrierCode | null
  readonly waybillNo: string | null
  /** Which witnesses the number has; null without a number. */
  readonly evidence: 'barcode' | 'barcode+text' | 'text×2' | 'text×1' | null
  /** Epoch ms, to the precision printed; `label` as printed (打印时间 …). */
  readonly sentAt: {
    readonly atMs: number
    readonly precision: 'second' | 'minute' | 'day'
    readonly label?: string
  } | null
  readonly phoneTail: string | null
  readonly orderNo: string | null
  /** Seen, but not to be believed before a person has looked. */
  readonly doubtful?: { readonly phoneTail?: string; readonly orderNo?: string }
  /** The number may be acted on without asking. */
  readonly sure: boolean
  /** Which fields a person has to say, most important first. */
  readonly ask: readonly PhotoField[]
  /** Other valid numbers in view: two labels, one over the other. */
  readonly rivals: readonly string[]
  readonly unreadable?: Unreadable
  /** What the crop shows. */
  readonly cropOf?: PhotoField
  /** 64-bit perceptual hash of the picture, 16 hex digits. */
  readonly phash?: string
}

export type PhotoRead =
  /** `crop`: a JPEG of the field that is asked about, else of the number. */
  | { readonly outcome: 'read'; readonly reading: PhotoReading; readonly crop?: Uint8Array }
  /** Not decoded at all. */
  | {
      readonly outcome: 'refused'
      readonly reason: 'too-big' | 'too-many-pixels' | 'many-pages' | 'not-an-image' | 'broken'
    }
  /** The reading process died or was too slow with this photo; others go on. */
  | { readonly outcome: 'failed'; readonly reason: 'died' | 'too-slow' }

/** Reads one photo; never rejects for what is in the picture. */
export type ReadPhoto = (bytes: Uint8Array) => Promise<PhotoRead>
