import { type SignColumns, signColumns } from './sign-columns.ts'

/** What a line says and how sure each sign of it is. */
export type ReadLine = {
  readonly text: string
  readonly probs: readonly number[]
  /** Of lines with many digits also what else they may say; only where the engine can tell. */
  readonly columns?: SignColumns
}

/** Fewer digits are no part of a number worth another thought. */
const fewestDigits = 6

/**
 * Greedy reading of one line's columns: the likeliest sign of each, repeats joined, blanks (class 0) dropped. `signs[i]` is
 * class i + 1. Full-width forms become half width, so every sign stays one UTF-16 unit and keeps its own probability.
 */
export function greedyRead(
  output: Float32Array,
  columns: number,
  classes: number,
  signs: readonly string[],
  from = 0,
): ReadLine {
  let text = ''
  const probs: number[] = []
  const starts: number[] = []
  let previous = 0
  for (let column = 0; column < columns; column++) {
    const start = from + column * classes
    let best = 0
    let bestProb = output[start] as number
    for (let sign = 1; sign < classes; sign++) {
      const prob = output[start + sign] as number
      if (prob > bestProb) {
        best = sign
        bestProb = prob
      }
    }
    if (best !== 0 && best === previous) probs[probs.length - 1] = Math.max(probs.at(-1) as number, bestProb)
    else if (best !== 0) {
      const sign = halfWidth(signs[best - 1] ?? '')
      for (let i = 0; i < sign.length; i++) {
        probs.push(bestProb)
        starts.push(column)
      }
      text += sign
    }
    previous = best
  }
  if ((text.match(/[0-9]/g)?.length ?? 0) < fewestDigits) return { text, probs }
  return { text, probs, columns: signColumns(output, columns, classes, signs, from, starts) }
}

function halfWidth(sign: string): string {
  const code = sign.charCodeAt(0)
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0)
  return code === 0x3000 ? ' ' : sign
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
