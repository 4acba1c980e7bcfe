import { code128Widths } from './code128-widths.ts'

/** Samples a module: bars are compared as shapes, not as edges. */
export const perModule = 3

const templates = new Map<number, readonly Float32Array[]>()

/** The shape of each symbol at this blur; a space stands before it and a bar behind it, as in every code. */
export function templatesAt(blur: number): readonly Float32Array[] {
  const known = templates.get(blur)
  if (known !== undefined) return known
  const made = code128Widths.map((pattern) => shapeOf(pattern, blur))
  templates.set(blur, made)
  return made
}

function shapeOf(pattern: string, blur: number): Float32Array {
  const edges: number[] = [0]
  for (const width of pattern) edges.push((edges.at(-1) as number) + Number(width))
  const last = edges.at(-1) as number
  const shape = new Float32Array(Math.round(last * perModule))
  for (let i = 0; i < shape.length; i++) {
    const x = (i + 0.5) / perModule
    let black = 0
    for (let bar = 0; bar + 1 < edges.length; bar += 2)
      black += gauss((edges[bar + 1] as number) - x, blur) - gauss((edges[bar] as number) - x, blur)
    if (pattern.length % 2 === 0) black += 1 - gauss(last - x, blur)
    shape[i] = 1 - black
  }
  return shape
}

/** The normal distribution's share below x. */
function gauss(x: number, spread: number): number {
  return 1 / (1 + Math.exp((-1.702 * x) / spread))
}
