import type { CarrierCode } from '../hub/order-facts.ts'
import type { SignColumns } from './sign-columns.ts'

export type ReaderName = 'paddle' | 'tesseract'

/** What a photo is asked for. */
export type FieldName = 'carrier' | 'waybillNo' | 'sentAt' | 'phoneTail' | 'orderNo'

/**
 * Where the number was seen. barcode+text: both say the same · text×2: two places on the label say the same · text×1: one place,
 * however often it was read again; never sure.
 */
export type Evidence = 'barcode' | 'barcode+text' | 'text×2' | 'text×1'

export type SentAt = {
  /** ISO local time of Asia/Shanghai with its offset: 2026-11-20T14:32:00+08:00. What was not printed is zero. */
  readonly text: string
  readonly atMs: number
  readonly precision: 'second' | 'minute' | 'day'
  /** The printed word before it, when there was one. */
  readonly label?: string
}

/** Why a photo gave no number, for the sentence that asks for a better one. */
export type Unreadable = 'blurred' | 'glare' | 'cropped' | 'too-small' | 'too-dark' | 'no-label' | 'unknown-form'

/** Short codes for people who look after the reader; never shown to customers. */
export type Why =
  | 'barcode'
  | 'barcode-and-text'
  | 'weak-bars'
  | 'two-reads'
  | 'one-read'
  | 'weak-print'
  | 'number-form'
  | 'words'
  | 'words-and-number'
  | 'words-disagree'
  | 'several-carriers'
  | 'rival'
  | 'labelled'
  | 'by-form'
  | 'in-the-future'
  | 'missing'

export type Rival = {
  readonly waybillNo: string
  readonly carrier: CarrierCode | null
  readonly evidence: Evidence
}

/** A part of the photo, turned upright, to show next to a question. */
export type Crop = { readonly jpeg: Uint8Array; readonly widthPx: number; readonly heightPx: number }

export type WaybillReading = {
  readonly reader: ReaderName
  readonly carrier: CarrierCode | null
  readonly waybillNo: string | null
  readonly evidence: Evidence | null
  /** The parcel part that JD's bar code carries behind the number, as printed: 1-1. */
  readonly parcel?: string
  readonly sentAt: SentAt | null
  readonly phoneTail: string | null
  readonly orderNo: string | null
  /** May be acted on without asking. false for every field that is null. */
  readonly sure: Readonly<Record<FieldName, boolean>>
  readonly why: Readonly<Record<FieldName, Why>>
  /** What to ask the sender, most important first: an unsure or missing number or carrier, any other field seen but unsure. */
  readonly ask: readonly FieldName[]
  /** Other valid numbers in view, best first (a second label, a second parcel). */
  readonly rivals: readonly Rival[]
  /** Only when there is no number, and only what was seen. */
  readonly unreadable: Unreadable | null
  /** The surroundings of `cropOf`; null when nothing was seen. */
  readonly crop: Crop | null
  /** What is asked about and was seen: number, shop order, phone or time, in this order; where nothing is asked the number. */
  readonly cropOf: FieldName | null
  /** Degrees the photo has to be turned counter-clockwise for its text to stand upright. */
  readonly uprightTurnDeg: number
  /** 64-bit perceptual hash, 16 hex digits: photos that look the same differ in few bits (see phash.ts). */
  readonly phash: string
}

export type RefusedReason = 'too-big' | 'too-many-pixels' | 'many-pages' | 'not-an-image' | 'broken'

/** failed: the reading process fell over or took too long on this photo; the next one is not affected. */
export type ReadOutcome =
  | { readonly outcome: 'read'; readonly reading: WaybillReading }
  | { readonly outcome: 'refused'; readonly reason: RefusedReason }
  | { readonly outcome: 'failed'; readonly reason: 'worker-died' | 'too-slow' }

export type WaybillReader = {
  readonly name: ReaderName
  /** Never rejects for what is in the bytes. */
  read(bytes: Uint8Array): Promise<ReadOutcome>
  close(): Promise<void>
}

/** One line of print as a text engine read it; `at` is in the pixels of the picture it was cut from. */
export type TextLine = {
  /** Full width made half width, so that probs[i] belongs to text[i]. */
  readonly text: string
  readonly probs: readonly number[]
  readonly at: TurnedBox
  /** Found by the engine itself, or cut again where a number was seen or is likely: the second is a witness for the first. */
  readonly cut: 'found' | 'again'
  /** What else a line with many digits may say, in the order it was read; missing where lines were joined. */
  readonly columns?: SignColumns
}

/** A rectangle whose reading direction is `angle` (radians, clockwise on screen): `width` along it, `height` across. */
export type TurnedBox = {
  readonly cx: number
  readonly cy: number
  readonly width: number
  readonly height: number
  readonly angle: number
}

export type Point = { readonly x: number; readonly y: number }

/** 3 bytes a pixel, red green blue, rows from the top. */
export type Picture = { readonly rgb: Uint8Array; readonly width: number; readonly height: number }

export type GreyPicture = { readonly grey: Uint8Array; readonly width: number; readonly height: number }
