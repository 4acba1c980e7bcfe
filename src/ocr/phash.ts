import { sharpOf } from './picture.ts'
import type { Picture } from './types.ts'

const side = 32
const kept = 8

/**
 * Perceptual hash: signs of the 8 × 8 lowest waves of the photo at 32 × 32 grey pixels against their median. 16 hex digits.
 * The same photo recompressed or scaled differs in a few bits, another photo in about half of them.
 */
export async function phashOf(picture: Picture): Promise<string> {
  const { data, info } = await sharpOf(picture)
    .greyscale()
    .resize(side, side, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const waves: number[] = []
  for (let v = 0; v < kept; v++)
    for (let u = 0; u < kept; u++) {
      let sum = 0
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++)
          sum +=
            (data[(y * side + x) * info.channels] as number) *
            (cosines[u * side + x] as number) *
            (cosines[v * side + y] as number)
      waves.push(sum)
    }
  const sorted = waves.slice(1).sort((a, b) => a - b)
  const middle = sorted[sorted.length >> 1] as number
  const bits = waves.reduce((hash, wave, index) => (hash << 1n) | (index > 0 && wave > middle ? 1n : 0n), 0n)
  return bits.toString(16).padStart(16, '0')
}

const cosines = Array.from({ length: kept * side }, (_, index) =>
  Math.cos((((index % side) * 2 + 1) * Math.floor(index / side) * Math.PI) / (2 * side)),
)

/** Bits in which two hashes differ, 0 to 64; up to 8 is the same photo. */
export function phashDistance(a: string, b: string): number {
  let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`)
  let count = 0
  for (; bits > 0n; bits &= bits - 1n) count += 1
  return count
}
