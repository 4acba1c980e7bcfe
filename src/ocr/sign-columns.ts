/** Signs that waybill numbers are made of, in the order of the columns below. */
export const numberSigns = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/**
 * What a recogniser thought of each column of a line, not only its first choice: `probs[column * width + sign]` for the signs of
 * numbers, then the gap (blank or a printed space), then everything else together.
 */
export type SignColumns = {
  readonly probs: Float32Array
  readonly count: number
  /** The column in which each sign of the line's text begins. */
  readonly starts: readonly number[]
}

export const gapAt = numberSigns.length
export const elseAt = gapAt + 1
export const columnWidth = elseAt + 1

const classesOf = new WeakMap<readonly string[], Int16Array>()

/** For each class of the recogniser its place in a column; lower case and full width count as the sign they look like. */
function placesOf(signs: readonly string[]): Int16Array {
  const known = classesOf.get(signs)
  if (known !== undefined) return known
  const places = Int16Array.from({ length: signs.length + 1 }, (_, index) => {
    const sign = index === 0 ? ' ' : (signs[index - 1] ?? '').normalize('NFKC').toUpperCase()
    if (sign.trim() === '') return gapAt
    const place = sign.length === 1 ? numberSigns.indexOf(sign) : -1
    return place < 0 ? elseAt : place
  })
  classesOf.set(signs, places)
  return places
}

/** The columns of one line out of a recogniser's answer (`classes` probabilities a column, class 0 the blank). */
export function signColumns(
  output: Float32Array,
  count: number,
  classes: number,
  signs: readonly string[],
  from: number,
  starts: readonly number[],
): SignColumns {
  const places = placesOf(signs)
  const probs = new Float32Array(count * columnWidth)
  for (let column = 0; column < count; column++) {
    const [start, to] = [from + column * classes, column * columnWidth]
    for (let sign = 0; sign < classes; sign++) {
      const at = to + (places[sign] as number)
      probs[at] = (probs[at] as number) + (output[start + sign] as number)
    }
  }
  return { probs, count, starts }
}
