import { crumple } from './crumple.ts'
import type { Dice } from './dice.ts'
import { homography, type Plane, through } from './perspective.ts'
import { surface } from './surroundings.ts'
import type { Print } from './thermal.ts'
import type { Wear } from './wear.ts'

export type Frame = { readonly rgb: Float32Array; readonly width: number; readonly height: number }

/** A printed label with its size in millimetres. */
export type Piece = { readonly print: Print; readonly widthMm: number; readonly heightMm: number }

export type Scene = {
  readonly frame: Frame
  /** Millimetres of the label → pixels of the frame. */
  readonly toFrame: Plane
}

/** Mesh of the warp, pixels: creases are wider than this. */
const meshPx = 4

/** The parcel as the lens sees it: floor, parcel, label, perhaps a second one. No light, no camera yet. */
export function shoot(
  main: Piece,
  other: Piece | undefined,
  wear: Wear,
  frameSize: readonly [number, number],
  dice: Dice,
): Scene {
  const [width, height] = frameSize
  const frame: Frame = { rgb: new Float32Array(width * height * 3), width, height }
  const corners = cornersOf(main, wear, frameSize, dice)
  const toFrame = homography(rectangle(main), corners)
  const toLabel = homography(corners, rectangle(main))
  const bend = crumple(wear.crumple, { width: main.widthMm, height: main.heightMm }, dice.fork('crumple'))
  const mesh = meshOf(frame, toLabel, bend)
  const fine = (x: number, y: number) =>
    other !== undefined || (x > -1 && y > -1 && x < main.widthMm + 1 && y < main.heightMm + 1)
  paint(frame, mesh, painter(main, other, wear, dice.fork('paint')), fine)
  return { frame, toFrame }
}

const rectangle = ({ widthMm, heightMm }: Piece) =>
  [
    [0, 0],
    [widthMm, 0],
    [widthMm, heightMm],
    [0, heightMm],
  ] as const

function cornersOf(piece: Piece, wear: Wear, [width, height]: readonly [number, number], dice: Dice) {
  const turned = wear.quarter % 2 === 1
  const [w, h] = turned ? [piece.heightMm, piece.widthMm] : [piece.widthMm, piece.heightMm]
  const scale = wear.fill * Math.min(width / w, height / h)
  const angle = (wear.quarter * 90 + wear.tiltDeg) * (Math.PI / 180)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const middle = [width * (0.5 + wear.shift[0]), height * (0.5 + wear.shift[1])] as const
  const off = () => 1 + dice.range(-1, 1) * wear.perspective
  return rectangle(piece).map(([x, y]) => {
    const [u, v] = [(x - piece.widthMm / 2) * scale * off(), (y - piece.heightMm / 2) * scale * off()]
    return [middle[0] + u * cos - v * sin, middle[1] + u * sin + v * cos] as const
  })
}

type Mesh = { readonly nodes: Float32Array; readonly columns: number }

/** Label millimetres and light at every node of the frame. */
function meshOf({ width, height }: Frame, toLabel: Plane, bend: ReturnType<typeof crumple>): Mesh {
  const columns = Math.ceil(width / meshPx) + 2
  const rows = Math.ceil(height / meshPx) + 2
  const nodes = new Float32Array(columns * rows * 3)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = through(toLabel, column * meshPx, row * meshPx)
      const { dx, dy, light } = bend(x, y)
      nodes.set([x + dx, y + dy, light], (row * columns + column) * 3)
    }
  }
  return { nodes, columns }
}

type Painter = (x: number, y: number, out: Float32Array) => void

/** Two by two samples a pixel on paper and near it, one elsewhere: only print has edges that fine. */
function paint(
  frame: Frame,
  { nodes, columns }: Mesh,
  painter: Painter,
  fine: (x: number, y: number) => boolean,
): void {
  const { rgb, width, height } = frame
  const colour = new Float32Array(3)
  const at = new Float32Array(3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = (y * width + x) * 3
      between(nodes, columns, x + 0.5, y + 0.5, at)
      const parts = fine(at[0] ?? 0, at[1] ?? 0) ? 4 : 1
      for (let part = 0; part < parts; part++) {
        if (parts === 4) between(nodes, columns, x + 0.25 + (part & 1) * 0.5, y + 0.25 + (part >> 1) * 0.5, at)
        painter(at[0] ?? 0, at[1] ?? 0, colour)
        const light = (at[2] ?? 1) / parts
        for (let channel = 0; channel < 3; channel++)
          rgb[pixel + channel] = (rgb[pixel + channel] ?? 0) + (colour[channel] ?? 0) * light
      }
    }
  }
}

function between(nodes: Float32Array, columns: number, x: number, y: number, out: Float32Array): void {
  const [gx, gy] = [x / meshPx, y / meshPx]
  const [x0, y0] = [Math.floor(gx), Math.floor(gy)]
  const [fx, fy] = [gx - x0, gy - y0]
  const from = (y0 * columns + x0) * 3
  const below = from + columns * 3
  for (let part = 0; part < 3; part++) {
    const top = (nodes[from + part] ?? 0) * (1 - fx) + (nodes[from + 3 + part] ?? 0) * fx
    const bottom = (nodes[below + part] ?? 0) * (1 - fx) + (nodes[below + 3 + part] ?? 0) * fx
    out[part] = top * (1 - fy) + bottom * fy
  }
}

/** What lies at a point of the label's plane: label, a second one, parcel, floor. */
function painter(main: Piece, other: Piece | undefined, wear: Wear, dice: Dice): Painter {
  const parcel = surface(wear.surface, dice.fork('parcel'))
  const floor = surface(wear.floor, dice.fork('floor'))
  const [left, top, right, bottom] = [dice.range(8, 70), dice.range(8, 60), dice.range(8, 70), dice.range(8, 60)]
  const paper = [dice.range(222, 246), dice.range(222, 246), dice.range(218, 244)] as const
  const ink = dice.range(18, 62)
  const second = other && placed(main, other, wear, dice)
  return (x, y, out) => {
    if (onPaper(main, x, y, paper, ink, out)) return
    if (second !== undefined && other !== undefined) {
      const [u, v] = second(x, y)
      if (onPaper(other, u, v, paper, ink, out)) return
    }
    const onParcel = x > -left && y > -top && x < main.widthMm + right && y < main.heightMm + bottom
    if (onParcel) parcel(x, y, out)
    else floor(x + 500, y + 500, out)
    const edge = Math.max(-x, -y, x - main.widthMm, y - main.heightMm)
    // the thin shadow of the label's edge
    if (edge < 0.8)
      for (let channel = 0; channel < 3; channel++) out[channel] = (out[channel] ?? 0) * (0.75 + 0.3 * edge)
  }
}

function onPaper(
  { print, widthMm, heightMm }: Piece,
  x: number,
  y: number,
  paper: readonly number[],
  ink: number,
  out: Float32Array,
): boolean {
  if (x < 0 || y < 0 || x >= widthMm || y >= heightMm) return false
  const black = sample(print, x * print.perMm - 0.5, y * print.perMm - 0.5) / 255
  for (let channel = 0; channel < 3; channel++) out[channel] = (paper[channel] ?? 0) * (1 - black) + ink * black
  return true
}

function sample({ ink, width, height }: Print, x: number, y: number): number {
  const x0 = Math.max(0, Math.min(width - 2, Math.floor(x)))
  const y0 = Math.max(0, Math.min(height - 2, Math.floor(y)))
  const [fx, fy] = [Math.min(1, Math.max(0, x - x0)), Math.min(1, Math.max(0, y - y0))]
  const at = y0 * width + x0
  const top = (ink[at] ?? 0) * (1 - fx) + (ink[at + 1] ?? 0) * fx
  const bottom = (ink[at + width] ?? 0) * (1 - fx) + (ink[at + width + 1] ?? 0) * fx
  return top * (1 - fy) + bottom * fy
}

/** Where the second label lies: on the next parcel, mostly out of view, or older and under the main one. */
function placed(
  main: Piece,
  other: Piece,
  wear: Wear,
  dice: Dice,
): (x: number, y: number) => readonly [number, number] {
  const angle = dice.range(-0.5, 0.5)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const side = dice.pick([-1, 1])
  const [fromX, fromY] =
    wear.secondLabel === 'under'
      ? [dice.range(-16, 16), dice.range(14, 30) * side]
      : [side > 0 ? main.widthMm + dice.range(12, 30) : -other.widthMm - dice.range(12, 30), dice.range(-40, 40)]
  return (x, y) => {
    const [u, v] = [x - fromX - other.widthMm / 2, y - fromY - other.heightMm / 2]
    return [u * cos + v * sin + other.widthMm / 2, v * cos - u * sin + other.heightMm / 2]
  }
}
