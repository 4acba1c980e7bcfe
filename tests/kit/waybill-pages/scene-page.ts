import type { Dice } from '../waybill-photos/dice.ts'
import type { Level } from '../waybill-photos/wear.ts'
import type { LabelPage } from './label-page.ts'

const faults = [
  'blur',
  'motion',
  'glare',
  'fade',
  'crease',
  'crop',
  'tilt',
  'dark',
  'shadow',
  'second',
  'small',
] as const
export type Fault = (typeof faults)[number]

/** A parcel with its label as a page for the browser, and what lens and sensor do to it afterwards. */
export type ScenePage = {
  readonly html: string
  readonly widthPx: number
  readonly heightPx: number
  readonly faults: readonly Fault[]
  readonly lens: {
    readonly motionPx: number
    readonly blurPx: number
    readonly gain: number
    readonly noise: number
    readonly jpeg: number
  }
}

const frames = [
  [1080, 1440],
  [1080, 1440],
  [1080, 1920],
  [1440, 1080],
  [1440, 1920],
] as const
const floors = ['#b58a5b', '#8f8f93', '#2c2c30', '#d8d2c4', '#6b5a48', '#e9e9ea', '#45505a']

/** Clear: near and flat. Ordinary: as warehouse staff send them. Bad: two or three of the faults at once. */
export function scenePage(label: LabelPage, other: LabelPage, level: Level, dice: Dice): ScenePage {
  const worn = level === 'bad' ? someOf(faults, dice.int(2, 3), dice) : []
  const has = (fault: Fault) => worn.includes(fault)
  const [widthPx, heightPx] = dice.pick(frames)
  const style = `position:relative;margin:0;width:${widthPx}px;height:${heightPx}px;overflow:hidden;background:${dice.pick(floors)}`
  const scale = scaleOf(label, [widthPx, heightPx], level, has, dice)
  const second = has('second') ? secondLabel(other, scale.by, [widthPx, heightPx], dice) : ''
  const parcel = labelOnParcel(label, scale, [widthPx, heightPx], level, has, dice)
  const light = `<div style="position:absolute;inset:0;background:${[...glares(level, has, dice), shade(level, has, dice)].join(',')}"></div>`
  const html = `<html><body style="${style}">${filters(level, has, dice)}<div style="position:absolute;inset:0;filter:url(#texture)"></div>${second}${parcel}${light}</body></html>`
  return { html, widthPx, heightPx, faults: worn, lens: lensOf(level, has, dice) }
}

function someOf<T>(from: readonly T[], count: number, dice: Dice): T[] {
  const left = [...from]
  return Array.from({ length: count }, () => left.splice(dice.int(0, left.length - 1), 1)).flat()
}

type Has = (fault: Fault) => boolean
type Size = readonly [number, number]
type Scale = { readonly by: number; readonly turnDeg: number }

function scaleOf({ widthPx, heightPx }: LabelPage, [wide, high]: Size, level: Level, has: Has, dice: Dice): Scale {
  const lean =
    level === 'clear' ? dice.range(-3, 3) : has('tilt') ? dice.range(12, 35) * dice.pick([-1, 1]) : dice.range(-8, 8)
  const quarter = level === 'clear' ? 0 : dice.pick([0, 0, 0, 90, 180, 270])
  const [along, across] = quarter % 180 === 0 ? [widthPx, heightPx] : [heightPx, widthPx]
  const fill =
    level === 'clear' ? dice.range(0.8, 0.95) : has('small') ? dice.range(0.45, 0.58) : dice.range(0.65, 0.92)
  return { by: fill * Math.min(wide / along, high / across), turnDeg: quarter + lean }
}

function labelOnParcel(
  label: LabelPage,
  { by, turnDeg }: Scale,
  [wide, high]: Size,
  level: Level,
  has: Has,
  dice: Dice,
): string {
  const tilt = level === 'clear' ? 4 : has('tilt') ? 28 : 12
  const shift = has('crop') ? dice.range(0.15, 0.3) * dice.pick([-1, 1]) : dice.range(-0.03, 0.03)
  const left = wide / 2 - label.widthPx / 2 + shift * wide
  const top = high / 2 - label.heightPx / 2 + dice.range(-0.03, 0.03) * high
  const turned = `perspective(${dice.int(1600, 3000)}px) rotateX(${dice.range(-tilt, tilt)}deg) rotateY(${dice.range(-tilt, tilt)}deg) rotate(${turnDeg}deg) scale(${by})`
  const paper = dice.pick(['#fff', '#fbfaf5', '#f4f4f4'])
  const ink = has('fade') ? dice.range(0.35, 0.6) : dice.range(0.85, 1)
  return (
    `<div style="position:absolute;left:${left}px;top:${top}px;width:${label.widthPx}px;height:${label.heightPx}px;transform:${turned};box-shadow:0 4px 18px rgba(0,0,0,.45)">` +
    `<div style="position:relative;filter:url(#bend);background:${paper}"><div style="opacity:${ink};mix-blend-mode:multiply">${label.html}</div>${deadLines(level, paper, dice)}</div>` +
    `${creases(level, has, dice)}</div>`
  )
}

function secondLabel({ html }: LabelPage, by: number, [wide, high]: Size, dice: Dice): string {
  const left = wide / 2 + dice.pick([-1, 1]) * wide * dice.range(0.55, 0.7)
  return `<div style="position:absolute;background:#fff;left:${left}px;top:${high * dice.range(-0.2, 0.3)}px;transform:rotate(${dice.range(-12, 12)}deg) scale(${0.95 * by});transform-origin:top left">${html}</div>`
}

const some = (count: number, one: () => string): string => Array.from({ length: Math.max(0, count) }, one).join('')

/** Dots of the print head that burn nothing. */
function deadLines(level: Level, paper: string, dice: Dice): string {
  const count = level === 'clear' ? 0 : dice.int(0, level === 'bad' ? 6 : 2)
  return some(
    count,
    () =>
      `<div style="position:absolute;top:0;bottom:0;left:${dice.range(2, 98)}%;width:${dice.pick([1.25, 2.5, 2.5, 5])}px;background:${paper};opacity:.92"></div>`,
  )
}

function creases(level: Level, has: Has, dice: Dice): string {
  const count = level === 'clear' ? 0 : has('crease') ? dice.int(4, 9) : dice.int(0, 2)
  return some(count, () => {
    const [dark, bright] = [dice.range(0.1, 0.35), dice.range(0.3, 0.9)]
    const fold = `linear-gradient(rgba(0,0,0,0),rgba(0,0,0,${dark}) 45%,rgba(255,255,255,${bright}) 55%,rgba(255,255,255,0))`
    return `<div style="position:absolute;left:${dice.range(-20, 80)}%;top:${dice.range(0, 100)}%;width:${dice.range(30, 90)}%;height:${dice.int(6, 22)}px;transform:rotate(${dice.range(-70, 70)}deg);background:${fold};filter:blur(${dice.range(0.5, 2)}px)"></div>`
  })
}

function glares(level: Level, has: Has, dice: Dice): string[] {
  const strong = has('glare')
  const count = strong ? dice.int(1, 3) : level !== 'clear' && dice.chance(0.2) ? 1 : 0
  return Array.from({ length: count }, () => {
    const wide = strong ? dice.range(10, 24) : dice.range(6, 12)
    const [middle, rim] = strong ? [dice.range(0.75, 1), 0.5] : [dice.range(0.3, 0.6), 0.2]
    return `radial-gradient(ellipse ${wide}% ${wide * dice.range(0.3, 0.8)}% at ${dice.range(20, 80)}% ${dice.range(15, 75)}%, rgba(255,255,255,${middle}) 0%, rgba(255,255,255,${rim}) 45%, rgba(255,255,255,0) 100%)`
  })
}

function shade(level: Level, has: Has, dice: Dice): string {
  const angle = dice.int(0, 360)
  if (!has('shadow'))
    return `linear-gradient(${angle}deg, rgba(0,0,0,${dice.range(0, level === 'clear' ? 0.12 : 0.3)}), rgba(0,0,0,0))`
  return `linear-gradient(${angle}deg, rgba(0,0,0,${dice.range(0.5, 0.75)}) ${dice.int(30, 48)}%, rgba(0,0,0,0) ${dice.int(52, 65)}%)`
}

/** How the paper bends on a bag, and what the floor is made of. */
function filters(level: Level, has: Has, dice: Dice): string {
  const bend = level === 'clear' ? dice.range(0, 6) : has('crease') ? dice.range(25, 60) : dice.range(0, 18)
  const waves = `<feTurbulence type="fractalNoise" baseFrequency="${dice.range(0.002, 0.004)}" numOctaves="1" seed="${dice.int(1, 999)}"/><feDisplacementMap in="SourceGraphic" scale="${bend}" xChannelSelector="R" yChannelSelector="G"/>`
  const grain = `<feTurbulence type="fractalNoise" baseFrequency="${dice.range(0.02, 0.6)} ${dice.range(0.02, 0.9)}" numOctaves="3" seed="${dice.int(1, 999)}"/><feColorMatrix values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  0 0 0 .35 0"/>`
  return `<svg width="0" height="0"><filter id="bend" x="-20%" y="-20%" width="140%" height="140%">${waves}</filter><filter id="texture">${grain}</filter></svg>`
}

function lensOf(level: Level, has: Has, dice: Dice): ScenePage['lens'] {
  const clear = level === 'clear'
  return {
    motionPx: has('motion') ? dice.range(4, 9) : 0,
    blurPx: has('blur') ? dice.range(1.3, 2.2) : clear ? dice.range(0.3, 0.6) : dice.range(0.4, 1),
    gain: has('dark') ? dice.range(0.3, 0.5) : dice.range(0.85, 1.05),
    noise: has('dark') ? dice.range(6, 11) : clear ? dice.range(1, 2.5) : dice.range(2, 6),
    jpeg: clear ? dice.int(70, 85) : level === 'bad' ? dice.int(40, 65) : dice.int(55, 80),
  }
}
