import type { BarRegion } from './bar-regions.ts'
import { cutOut, toGrey } from './picture.ts'
import type { GreyPicture, Picture } from './types.ts'

/** Brightness across a code laid level, 0 black to 1 white, and where between paper and paper the code lies, in samples. */
export type BarProfile = { readonly light: Float32Array; readonly from: number; readonly to: number }

/** Shares of the strip's height that are averaged, from where to where: creases move the bars of one part only. */
const bands = [
  [0.15, 0.85],
  [0.08, 0.34],
  [0.34, 0.66],
  [0.66, 0.92],
] as const
/** A code of 15 characters has about so many modules; the widest bar or gap has 4 of them. */
const usualModules = 130
/** Paper begins where nothing changes for this long. */
const quietModules = 6
/** Changes smaller than this share of the usual ones are grain. */
const quiet = 0.3

const known = new WeakMap<BarRegion, readonly BarProfile[]>()

/** Profiles of the bars of a region of the page, worked out once. */
export function profilesOf(page: Picture, region: BarRegion): readonly BarProfile[] {
  const before = known.get(region)
  if (before !== undefined) return before
  const box = { ...region, width: region.width * 1.5 + 40 }
  const strip = cutOut(page, box, Math.round(box.width), Math.max(8, Math.round(box.height)), region.slope)
  const profiles = barProfiles(toGrey(strip), region.width)
  known.set(region, profiles)
  return profiles
}

/** Profiles of the bars in a strip whose middle they fill; none where no code stands out. */
export function barProfiles(strip: GreyPicture, wide: number): BarProfile[] {
  const module = wide / usualModules
  return bands.flatMap(([top, bottom]) => {
    const means = meanRows(strip, Math.floor(top * strip.height), Math.ceil(bottom * strip.height))
    const edges = edgesOf(means, module)
    if (edges === undefined || edges.to - edges.from < 0.5 * wide) return []
    return [{ light: levelled(means, Math.round(12 * module), edges), ...edges }]
  })
}

function meanRows({ grey, width }: GreyPicture, top: number, bottom: number): Float32Array {
  const means = new Float32Array(width)
  for (let x = 0; x < width; x++) {
    let sum = 0
    for (let y = top; y < bottom; y++) sum += grey[y * width + x] as number
    means[x] = sum / Math.max(1, bottom - top)
  }
  return means
}

/** From the middle outwards to the first stretch of paper on each side. */
function edgesOf(means: Float32Array, module: number): { readonly from: number; readonly to: number } | undefined {
  const reach = Math.max(2, Math.round(1.5 * module))
  const change = Float32Array.from(means, (_, x) => {
    const part = means.subarray(Math.max(0, x - reach), x + reach + 1)
    return Math.max(...part) - Math.min(...part)
  })
  const middle = Math.round(means.length / 2)
  const span = Math.round(means.length / 6)
  const usual = [...change.subarray(middle - span, middle + span)].sort((a, b) => a - b)
  const floor = Math.max(3, quiet * (usual[usual.length >> 1] ?? 0))
  const outwards = (step: 1 | -1): number | undefined => {
    let run = 0
    for (let x = middle; x >= 0 && x < means.length; x += step) {
      run = (change[x] as number) < floor ? run + 1 : 0
      // the change reaches half its window beyond the last edge
      if (run >= quietModules * module - 2 * reach) return x - step * (run + reach - 1)
    }
    return undefined
  }
  const [from, to] = [outwards(-1), outwards(1)]
  return from === undefined || to === undefined ? undefined : { from: from + 1, to }
}

/** Each sample between the darkest and the lightest around it; paper outside counts as light. */
function levelled(means: Float32Array, reach: number, { from, to }: { from: number; to: number }): Float32Array {
  const extreme = (pick: (...values: number[]) => number) =>
    Float32Array.from(means, (_, x) => {
      const [left, right] = [Math.max(from - 2, x - reach), Math.min(to + 2, x + reach)]
      return left < right ? pick(...means.subarray(Math.max(0, left), right + 1)) : Number.NaN
    })
  const [dark, lightest] = [smooth(extreme(Math.min), reach), smooth(extreme(Math.max), reach)]
  return means.map((value, x) => {
    const [low, high] = [dark[x] as number, lightest[x] as number]
    if (Number.isNaN(low)) return 1
    return Math.max(-0.2, Math.min(1.2, (value - low) / Math.max(6, high - low)))
  })
}

function smooth(values: Float32Array, reach: number): Float32Array {
  return values.map((own, x) => {
    if (Number.isNaN(own)) return own
    let [sum, count] = [0, 0]
    for (let at = Math.max(0, x - reach); at <= Math.min(values.length - 1, x + reach); at++) {
      const value = values[at] as number
      if (Number.isNaN(value)) continue
      sum += value
      count += 1
    }
    return sum / count
  })
}
