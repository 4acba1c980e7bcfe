import type { Photo } from './admit.ts'
import type { ReadLine } from './ctc.ts'
import type { PageText } from './page.ts'
import type { Picture, Point, ReaderName } from './types.ts'

/** What reads print. */
export type TextEngine = {
  readonly name: ReaderName
  /**
   * Finds the label, turns it upright and reads its lines. `bars`: corners of what looks like bar codes, in
   * pixels of the photo's picture: they belong to the label, and the first pair of a read one runs along its text or across.
   */
  readPage(photo: Photo, bars: readonly (readonly Point[])[]): Promise<PageText>
  /** What stands in pictures of one line each, in their order. */
  readStrips(strips: readonly Picture[]): Promise<readonly ReadLine[]>
  close(): Promise<void>
}
