import type { BarRegion } from './bar-regions.ts'
import { fullTurn } from './geometry.ts'
import { cutOut } from './picture.ts'
import type { Picture, TurnedBox } from './types.ts'

/** A line cut out of the page by guess, ready for the text engine. */
export type Strip = { readonly picture: Picture; readonly at: TurnedBox }

/** Height of the cuts, and their distance from each other, as shares of the bars' height. */
const cutHeight = 0.55
const step = 0.17
const stepsPerSide = 4
const smallestPx = 16

/**
 * Where a number may be printed along bars that did not read. Detectors take print that touches bars for part of them, but
 * its place is known: close above or below, along the code, leaning as the code leans. Upright codes are cut one way up,
 * turned ones both ways.
 */
export function stripsBeside(page: Picture, region: BarRegion): Strip[] {
  const unit = Math.max(smallestPx, region.height)
  const upright = Math.abs(fullTurn(region.angle)) < Math.PI / 4
  const senses = upright ? [0] : [0, Math.PI]
  return [-1, 1].flatMap((side) =>
    Array.from({ length: stepsPerSide }, (_, index) => region.height / 2 + (0.1 + step * index) * unit).flatMap((far) =>
      senses.map((sense) => cutBeside(page, region, side * far, cutHeight * unit, sense)),
    ),
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
