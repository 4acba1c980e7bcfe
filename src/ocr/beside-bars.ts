import type { BarRegion } from './bar-regions.ts'
import { fullTurn } from './geometry.ts'
import { cutOut } from './picture.ts'
import type { Picture, TurnedBox } from './types.ts'

/** A line cut out of the page by guess, ready for the text engine. */
export type Strip = { readonly picture: Picture; readonly at: TurnedBox }

/** Height of the cuts, and how far they may lie from the bars, as shares of the bars' height. */
const cutHeight = 0.55
const [firstTries, furtherTries] = [
  [0.27, 0.61],
  [0.1, 0.44],
]
const smallestPx = 16

/** One side of some bars, and which way up its print may stand. */
export type Beside = { readonly region: BarRegion; readonly side: 1 | -1; readonly sense: number }

/**
 * Where a number may be printed along bars that did not read. Detectors take print that touches bars for part of them, but
 * its place is known: close above or below. Upright codes are cut one way up, turned ones both ways.
 */
export function besideBars(region: BarRegion): Beside[] {
  const upright = Math.abs(fullTurn(region.angle)) < Math.PI / 4
  const senses = upright ? [0] : [0, Math.PI]
  return ([-1, 1] as const).flatMap((side) => senses.map((sense) => ({ region, side, sense })))
}

/** Cuts on this side, leaning as the code leans; `further` ones lie between the first, for print that was half cut off there. */
export function stripsBeside(page: Picture, { region, side, sense }: Beside, further: boolean): Strip[] {
  const unit = Math.max(smallestPx, region.height)
  return (further ? furtherTries : firstTries).map((far) =>
    cutBeside(page, region, side * (region.height / 2 + far * unit), cutHeight * unit, sense),
  )
}

function cutBeside(page: Picture, region: BarRegion, down: number, height: number, sense: number): Strip {
  const at = {
    cx: region.cx - Math.sin(region.angle) * down,
    cy: region.cy + Math.cos(region.angle) * down,
    width: region.width * 1.12,
    height,
    angle: region.angle + sense,
  }
  // turned by half a turn, what leaned down still leans down
  const picture = cutOut(page, at, Math.max(16, Math.round((at.width / height) * 48)), 48, region.slope)
  return { picture, at }
}
