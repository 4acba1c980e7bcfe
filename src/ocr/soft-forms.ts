import { numberPatterns, placesOf } from './number-patterns.ts'

/** What may stand at one place of a code: symbols, and what they say in the set that holds there. */
type SoftStep = { readonly symbols: readonly number[]; readonly set: 'B' | 'C' | 'change' }

/** One way to write a number of a known form as Code 128. */
export type SoftForm = { readonly start: number; readonly steps: readonly SoftStep[] }

export const startB = 104
export const startC = 105
const toC: SoftStep = { symbols: [99], set: 'change' }
const toB: SoftStep = { symbols: [100], set: 'change' }

/** As bars carry them: those of JD with the parcel behind. */
const patterns = numberPatterns.flatMap((pattern) =>
  pattern.startsWith('JD') ? [pattern, `${pattern}-#-#-`, `${pattern}-#-#-##`] : [pattern],
)

/** Digits in pairs where four or more stand together; the odd one before or behind the pairs; or no pairs at all. */
type Manner = 'odd-first' | 'odd-last' | 'single'
const manners: readonly Manner[] = ['odd-first', 'odd-last', 'single']

export const softForms: readonly SoftForm[] = patterns.flatMap((pattern) => {
  const places = placesOf(pattern)
  const ways = manners.map((manner) => written(places, manner))
  return ways.filter((way, index) => ways.findIndex((other) => sameWay(other, way)) === index)
})

function sameWay(a: SoftForm, b: SoftForm): boolean {
  return a.start === b.start && a.steps.map(({ set }) => set).join() === b.steps.map(({ set }) => set).join()
}

function written(places: readonly string[], manner: Manner): SoftForm {
  const steps: SoftStep[] = []
  let [inC, start] = [false, startB]
  const single = (allowed: string) => {
    if (inC) steps.push(toB)
    inC = false
    steps.push({ symbols: [...allowed].map((sign) => sign.charCodeAt(0) - 32), set: 'B' })
  }
  for (let at = 0; at < places.length; ) {
    let run = 0
    while (/^\d+$/.test(places[at + run] ?? '')) run += 1
    if (manner === 'single' || run < 4) {
      single(places[at] as string)
      at += 1
      continue
    }
    const odd = run % 2 === 1
    if (odd && manner === 'odd-first') single(places[at++] as string)
    if (steps.length === 0) start = startC
    else if (!inC) steps.push(toC)
    inC = true
    for (let pair = 0; pair < run >> 1; pair++, at += 2)
      steps.push(pairOf(places[at] as string, places[at + 1] as string))
    if (odd && manner === 'odd-last') single(places[at++] as string)
  }
  return { start, steps }
}

function pairOf(tens: string, ones: string): SoftStep {
  return { symbols: [...tens].flatMap((ten) => [...ones].map((one) => Number(ten + one))), set: 'C' }
}

/** What these symbols say. */
export function softText({ steps }: SoftForm, symbols: readonly number[]): string {
  return steps
    .map(({ set }, index) => {
      const symbol = symbols[index] as number
      if (set === 'change') return ''
      return set === 'C' ? String(symbol).padStart(2, '0') : String.fromCharCode(symbol + 32)
    })
    .join('')
}

const dash = 13

/** The form with nothing left open but the parcels behind a JD number; undefined where it cannot say `text`. */
export function narrowed({ start, steps }: SoftForm, text: string): SoftForm | undefined {
  const narrow: SoftStep[] = []
  let at = 0
  for (const step of steps) {
    if (step.set === 'change' || at > text.length) {
      narrow.push(step)
      continue
    }
    if (at === text.length) {
      if (step.symbols[0] !== dash) return undefined
      at += 1
      narrow.push(step)
      continue
    }
    const part = text.slice(at, at + (step.set === 'C' ? 2 : 1))
    at += part.length
    const symbol = step.set === 'C' ? Number(part) : part.charCodeAt(0) - 32
    if (!step.symbols.includes(symbol) || (step.set === 'C' && part.length < 2)) return undefined
    narrow.push({ symbols: [symbol], set: step.set })
  }
  return at >= text.length ? { start, steps: narrow } : undefined
}
