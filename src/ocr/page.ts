import type { Photo } from './admit.ts'
import { boxAlong, cornersOf } from './geometry.ts'
import { cutOut } from './picture.ts'
import type { Picture, Point, TextLine, TurnedBox } from './types.ts'

/** The label cut out of the photo and turned upright. */
export type Page = {
  readonly picture: Picture
  /** Where it lay, in pixels of the photo's picture. */
  readonly at: TurnedBox
  /** Pixels of the page to one of the photo's picture. */
  readonly scale: number
}

export type PageText = {
  readonly page: Page
  /** In pixels of the page. */
  readonly lines: readonly TextLine[]
}

const longestPx = 1920

/** Cuts `at` (pixels of the photo's picture) out of the finest pixels there are, at most 1920 px long. */
export async function cutPage(photo: Photo, at: TurnedBox): Promise<Page> {
  const long = Math.max(at.width, at.height)
  const scale = Math.max(1, Math.min(photo.finer, longestPx / long))
  const [width, height] = [Math.max(16, Math.round(at.width * scale)), Math.max(16, Math.round(at.height * scale))]
  if (scale < 1.1) return { picture: cutOut(photo.picture, at, width, height), at, scale }
  const around = boxAlong(cornersOf(at), 0)
  const part = {
    left: Math.max(0, around.cx - around.width / 2),
    top: Math.max(0, around.cy - around.height / 2),
    width: around.width,
    height: around.height,
  }
  const right = Math.min(photo.picture.width, around.cx + around.width / 2)
  const bottom = Math.min(photo.picture.height, around.cy + around.height / 2)
  const finePart = { ...part, width: Math.max(1, right - part.left), height: Math.max(1, bottom - part.top) }
  const fine = await photo.detail(finePart, Math.ceil(Math.max(finePart.width, finePart.height) * scale))
  const [sx, sy] = [fine.width / finePart.width, fine.height / finePart.height]
  const inFine = {
    cx: (at.cx - finePart.left) * sx,
    cy: (at.cy - finePart.top) * sy,
    width: at.width * sx,
    height: at.height * sy,
    angle: at.angle,
  }
  return { picture: cutOut(fine, inFine, width, height), at, scale }
}

/** A box of the photo's picture, in pixels of the page. */
export function ontoPage({ at, scale, picture }: Page, box: TurnedBox): TurnedBox {
  const [dx, dy] = [box.cx - at.cx, box.cy - at.cy]
  const [cos, sin] = [Math.cos(at.angle), Math.sin(at.angle)]
  return {
    cx: (dx * cos + dy * sin) * scale + picture.width / 2,
    cy: (dy * cos - dx * sin) * scale + picture.height / 2,
    width: box.width * scale,
    height: box.height * scale,
    angle: box.angle - at.angle,
  }
}

/** Where a point of the page lies on the photo's picture. */
function ontoPhoto({ at, scale, picture }: Page, { x, y }: Point): Point {
  const [u, v] = [(x - picture.width / 2) / scale, (y - picture.height / 2) / scale]
  const [cos, sin] = [Math.cos(at.angle), Math.sin(at.angle)]
  return { x: at.cx + u * cos - v * sin, y: at.cy + u * sin + v * cos }
}

type Size = { readonly width: number; readonly height: number }

/** False where the page reaches beyond the photo: its last pixels go on there as streaks that look like bars. */
export function isOnPhoto(page: Page, photo: Size, { cx, cy }: TurnedBox): boolean {
  const { x, y } = ontoPhoto(page, { x: cx, y: cy })
  return x >= 0 && y >= 0 && x <= photo.width && y <= photo.height
}

/** True when the line, a box of the page, begins or ends about where the photo does: it may go on outside. */
export function reachesBorder(page: Page, photo: Size, box: TurnedBox): boolean {
  const border = (nearBorder * box.height) / page.scale
  return [-1, 1].some((end) => {
    const { x, y } = ontoPhoto(page, {
      x: box.cx + (end * Math.cos(box.angle) * box.width) / 2,
      y: box.cy + (end * Math.sin(box.angle) * box.width) / 2,
    })
    return x < border || y < border || x > photo.width - border || y > photo.height - border
  })
}

/** Of a line's height: a sign that the border cuts through is left out by the detector. */
const nearBorder = 0.4

/** The whole photo as a page, turned by whole quarter turns only. */
export function wholePhoto({ picture }: Photo, quarterTurns: number): TurnedBox {
  const angle = (quarterTurns * Math.PI) / 2
  const sideways = quarterTurns % 2 !== 0
  return {
    cx: picture.width / 2,
    cy: picture.height / 2,
    width: sideways ? picture.height : picture.width,
    height: sideways ? picture.width : picture.height,
    angle,
  }
}
