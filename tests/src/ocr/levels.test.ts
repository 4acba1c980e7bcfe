import { expect, test } from 'vitest'
import { grainOf } from '../../../src/ocr/grain.ts'
import { levelled, levelsOf } from '../../../src/ocr/levels.ts'
import { toGrey } from '../../../src/ocr/picture.ts'
import type { Picture } from '../../../src/ocr/types.ts'

/** Paper with bars in its middle third, and grain of ± `grain` everywhere. */
function photo(grain: number, [ink, paper] = [30, 220]): Picture {
  const [width, height] = [480, 360]
  const rgb = new Uint8Array(width * height * 3)
  let seed = 7
  for (let at = 0; at < width * height; at++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    const [x, y] = [at % width, Math.floor(at / width)]
    const dark = y > 120 && y < 240 && x % 12 < 6
    const value = (dark ? ink : paper) + (seed / 2_147_483_648 - 0.5) * 2 * grain
    rgb.fill(Math.max(0, Math.min(255, value)), at * 3, at * 3 + 3)
  }
  return { rgb, width, height }
}

test('grain is what changes on plain paper; bars are none', () => {
  expect(grainOf(toGrey(photo(0)))).toBe(0)
  expect(grainOf(toGrey(photo(40)))).toBeGreaterThan(110)
  expect(grainOf({ grey: new Uint8Array(25), width: 5, height: 5 })).toBe(0)
})

test('only heavy grain is smoothed, and what the photo has of contrast stays as it is', async () => {
  expect(levelsOf(photo(0))).toBeUndefined()
  expect(levelsOf(photo(10))).toBeUndefined()
  const night = photo(40)
  const levels = levelsOf(night)
  expect(levels).toEqual({ gain: 1, lift: 0, smooth: 1 })
  const quiet = grainOf(toGrey(await levelled(night, levels)))
  expect(quiet).toBeLessThan(grainOf(toGrey(night)) / 3)
})

test('a faded photo is stretched; where much is gained grain is smoothed a little', () => {
  expect(levelsOf(photo(0, [90, 210]))).toMatchObject({ smooth: 0 })
  expect(levelsOf(photo(0, [90, 150]))).toMatchObject({ smooth: 0.8 })
})
