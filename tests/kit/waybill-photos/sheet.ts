// the named export `raw` of 4.11.4 is the encoder of that name; only the default export has the function of the types
import bwip from 'bwip-js/node'

/** Dots of a thermal print head at 203 dpi. */
export const dotsPerMm = 8

export type Font = 'sans' | 'mono' | 'latin' | 'latinMono' | 'narrow' | 'serif'

const families: Readonly<Record<Font, string>> = {
  sans: 'Noto Sans CJK SC',
  mono: 'Noto Sans Mono CJK SC',
  latin: 'Liberation Sans, Noto Sans CJK SC',
  latinMono: 'Liberation Mono, Noto Sans CJK SC',
  narrow: 'Liberation Sans Narrow, Noto Sans CJK SC',
  serif: 'Noto Serif CJK SC',
}

export type TextStyle = {
  /** Height of the letters in millimetres, roughly. */
  readonly mm: number
  readonly bold?: boolean
  readonly font?: Font
  readonly anchor?: 'start' | 'middle' | 'end'
  /** Blank between the signs, millimetres. */
  readonly spaced?: number
  /** Narrower or wider than the font, 1 by default. */
  readonly stretch?: number
  readonly white?: boolean
  readonly grey?: boolean
}

/** A label being laid out; all measures in millimetres from its top left corner. */
export type Sheet = {
  readonly widthMm: number
  readonly heightMm: number
  text(x: number, baseline: number, text: string, style: TextStyle): void
  line(x1: number, y1: number, x2: number, y2: number, dashed?: boolean): void
  box(x: number, y: number, width: number, height: number, filled?: boolean): void
  /** Drawn by hand: `svg` in dots, moved to (x, y). */
  picture(x: number, y: number, svg: string): void
  /** Code 128 across, from the left; returns its width in millimetres. */
  bars(x: number, y: number, height: number, text: string, moduleDots: number): number
  qr(x: number, y: number, size: number, text: string): void
  /** What `draw` puts down is turned a quarter clockwise; its origin lies at (x, y). */
  turned(x: number, y: number, draw: (sheet: Sheet) => void): void
  svg(): string
}

export function sheet(widthMm: number, heightMm: number): Sheet {
  const parts: string[] = []
  const d = (mm: number) => Math.round(mm * dotsPerMm)
  const me: Sheet = {
    widthMm,
    heightMm,
    text: (x, baseline, text, style) => {
      const { mm, bold, font = 'sans', anchor = 'start', spaced = 0, stretch = 1, white, grey } = style
      parts.push(
        `<text transform="translate(${d(x)} ${d(baseline)}) scale(${stretch} 1)" font-family="${families[font]}" font-size="${(mm * dotsPerMm * 1.22).toFixed(1)}"` +
          ` font-weight="${bold ? 700 : 400}" text-anchor="${anchor}" fill="${white ? '#fff' : grey ? '#999' : '#000'}"${spaced ? ` letter-spacing="${(spaced * dotsPerMm).toFixed(1)}"` : ''}` +
          ` xml:space="preserve">${inXml(text)}</text>`,
      )
    },
    line: (x1, y1, x2, y2, dashed) => {
      parts.push(
        `<line x1="${d(x1)}" y1="${d(y1)}" x2="${d(x2)}" y2="${d(y2)}" stroke="#000" stroke-width="2"${dashed ? ' stroke-dasharray="7 5"' : ''}/>`,
      )
    },
    box: (x, y, width, height, filled) => {
      parts.push(
        `<rect x="${d(x)}" y="${d(y)}" width="${d(width)}" height="${d(height)}" fill="${filled ? '#000' : 'none'}" stroke="#000" stroke-width="2"/>`,
      )
    },
    picture: (x, y, svg) => {
      parts.push(`<g transform="translate(${d(x)} ${d(y)})">${svg}</g>`)
    },
    bars: (x, y, height, text, moduleDots) => {
      const widths = barWidths(text)
      let at = d(x)
      for (const [index, width] of widths.entries()) {
        if (index % 2 === 0)
          parts.push(`<rect x="${at}" y="${d(y)}" width="${width * moduleDots}" height="${d(height)}" fill="#000"/>`)
        at += width * moduleDots
      }
      return (at - d(x)) / dotsPerMm
    },
    qr: (x, y, size, text) => {
      const { pixs, side } = qrPixels(text)
      const dot = Math.max(2, Math.floor(d(size) / side))
      for (const [index, dark] of pixs.entries())
        if (dark)
          parts.push(
            `<rect x="${d(x) + (index % side) * dot}" y="${d(y) + Math.floor(index / side) * dot}" width="${dot}" height="${dot}" fill="#000"/>`,
          )
    },
    turned: (x, y, draw) => {
      parts.push(`<g transform="translate(${d(x)} ${d(y)}) rotate(90)">`)
      draw(me)
      parts.push('</g>')
    },
    svg: () =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${d(widthMm)}" height="${d(heightMm)}" shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>`,
  }
  return me
}

/** Width of the bars of `text` in modules, quiet zones not counted. */
export function barModules(text: string): number {
  return barWidths(text).reduce((sum, width) => sum + width, 0)
}

function barWidths(text: string): readonly number[] {
  const [code] = bwip.raw({ bcid: 'code128', text })
  if (code === undefined || !('sbs' in code)) throw new Error('bwip-js gave no bars')
  return code.sbs
}

function qrPixels(text: string): { readonly pixs: readonly number[]; readonly side: number } {
  const [code] = bwip.raw('qrcode', text, 'eclevel=M')
  if (code === undefined || !('pixs' in code)) throw new Error('bwip-js gave no pixels')
  return { pixs: code.pixs, side: code.pixx }
}

function inXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
