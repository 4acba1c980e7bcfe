import type { BarProfile } from './bar-profile.ts'
import { perModule, templatesAt } from './code128-shapes.ts'
import { narrowed, type SoftForm, softForms, softText, startB, startC } from './soft-forms.ts'

export type SoftCode = {
  readonly text: string
  /** How much worse the next best text fits, in units of the noise: what tells a decoded code from a guess. */
  readonly margin: number
  /** How much worse it fits than symbols that need not make sense, in the same units: small when the form is the right one. */
  readonly strain: number
}

const perSymbol = 11 * perModule
/** How far a code may begin from where the profile says, and drift, in modules. */
const reachModules = 3
/** A symbol may be so much wider or narrower than the mean: paper bends. In samples. */
const widths = [-1, 0, 1]
const stop = 106
/** Noise of the best fit, as a share of black to white, above which nothing right came out. */
const hopeless = 0.23
/** Blur of the lens in modules. The middle one finds the lengths that fit best, these are then tried with all. */
const blurs = [0.5, 0.85, 1.25] as const
const [likelyLengths, mostLengths, lengthsOfTexts] = [7, 2, 3]

/** What each symbol costs at each place (sums of squares), and what the cheapest way through costs, sensible or not. */
type Fit = { readonly symbols: number; readonly cost: number; readonly costs: readonly Float64Array[] }

const samplesOf = (symbols: number): number => (symbols + 3) * perSymbol
const noiseOf = ({ symbols, cost }: Fit): number => Math.sqrt(cost / samplesOf(symbols))

/**
 * The number of a known form whose Code 128 pattern fits this profile best, checksum included: reads what is too blurred or
 * grainy for decoders that look for edges. undefined when nothing fits.
 */
export function decodeSoftly({ light, from, to }: BarProfile): SoftCode | undefined {
  const read = fitsOf({ light, from, to }, () => true, mostLengths).flatMap((fit) =>
    softForms.flatMap((form) => (form.steps.length === fit.symbols ? likeliest(form, fit) : [])),
  )
  // per sample, so that codes of different lengths compare over the same stretch
  read.sort((a, b) => a.perSample - b.perSample)
  const [best] = read
  if (best === undefined) return undefined
  const samples = samplesOf(best.fit.symbols)
  const unit = Math.max(0.02 ** 2, best.perSample)
  const next = read.find(({ text }) => text !== best.text)?.perSample ?? Number.POSITIVE_INFINITY
  return {
    text: best.text,
    margin: ((next - best.perSample) * samples) / unit,
    strain: (best.perSample * samples - best.fit.cost) / unit,
  }
}

/** How well a text of a known form fits these bars. */
export type BarsFit = {
  readonly text: string
  /** How much worse than symbols that need not make sense, in units of the noise. */
  readonly strain: number
  /** How much worse than the best of the texts asked about: 0 for that one. */
  readonly behind: number
}

/** What the bars of this profile say to texts that print may say, best first; none where nothing looks like bars. */
export function weighOnBars({ light, from, to }: BarProfile, texts: readonly string[]): BarsFit[] {
  const forms = texts.map((text) => ({ text, narrow: softForms.flatMap((form) => narrowed(form, text) ?? []) }))
  const wanted = new Set(forms.flatMap(({ narrow }) => narrow.map(({ steps }) => steps.length)))
  const fits = fitsOf({ light, from, to }, (symbols) => wanted.has(symbols), lengthsOfTexts)
  const weighed = forms.flatMap(({ text, narrow }) => {
    const ways = narrow.flatMap((form) =>
      fits.flatMap((fit) => (fit.symbols === form.steps.length ? likeliest(form, fit).slice(0, 1) : [])),
    )
    ways.sort((a, b) => a.perSample - b.perSample)
    return ways.slice(0, 1).map(({ perSample, fit }) => ({ text, perSample, fit }))
  })
  weighed.sort((a, b) => a.perSample - b.perSample)
  const [first] = weighed
  if (first === undefined) return []
  const unit = Math.max(0.02 ** 2, first.perSample)
  return weighed.map(({ text, perSample, fit }) => {
    const samples = samplesOf(fit.symbols)
    return {
      text,
      strain: (perSample * samples - fit.cost) / unit,
      behind: ((perSample - first.perSample) * samples) / unit,
    }
  })
}

/** The likeliest lengths of those that are `wanted`, each with all blurs; none where nothing right came out. */
function fitsOf({ light, from, to }: BarProfile, wanted: (symbols: number) => boolean, most: number): Fit[] {
  const rough = lengthsByEnds(light, from, to)
    .filter(wanted)
    .slice(0, likelyLengths)
    .flatMap((symbols) => fitted(light, from, to, symbols, blurs[1]) ?? [])
  rough.sort((a, b) => noiseOf(a) - noiseOf(b))
  if (rough[0] === undefined || noiseOf(rough[0]) > hopeless) return []
  const likely = rough.slice(0, most)
  const others = likely.flatMap(({ symbols }) =>
    [blurs[0], blurs[2]].flatMap((blur) => fitted(light, from, to, symbols, blur) ?? []),
  )
  return [...likely, ...others]
}

const formLengths = [...new Set(softForms.map(({ steps }) => steps.length))]

/** How many symbols there may be, likeliest first: at the right module width a start sign and the stop sign fit the ends. */
function lengthsByEnds(light: Float32Array, from: number, to: number): number[] {
  const shapes = templatesAt(blurs[1])
  const samples = new Float32Array(perSymbol)
  const endCost = (symbols: number): number => {
    const module = (to - from) / (11 * (symbols + 2) + 13)
    const least = (start: number, choice: readonly number[]) => {
      const costs = [-1, -0.5, 0, 0.5, 1].map((shift) => {
        sampled(light, start + shift * module, module / perModule, samples)
        return cheapest(samples, shapes, choice)
      })
      return Math.min(...costs)
    }
    return least(from, [startB, startC]) + least(to - 13 * module, [stop])
  }
  return formLengths
    .map((symbols) => ({ symbols, cost: endCost(symbols) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ symbols }) => symbols)
}

/** The cheapest way through the profile with so many symbols, whatever they say, and what each symbol would cost on it. */
function fitted(profile: Float32Array, from: number, to: number, symbols: number, blur: number): Fit | undefined {
  const module = (to - from) / (11 * (symbols + 2) + 13)
  if (module < smallestModulePx) return undefined
  const shapes = templatesAt(blur)
  const step = module / perModule
  const middle = reachModules * perModule
  const places = symbols + 3
  const samples = new Float32Array(perSymbol)
  const take = (place: number, offset: number, wider: number) => {
    const start = from + place * 11 * module + (offset - middle) * step
    sampled(profile, start, (11 * module + wider * step) / perSymbol, samples)
    return samples
  }
  let now = new Float64Array(2 * middle + 1)
  const back: Int8Array[] = []
  for (let place = 0; place < places; place++) {
    const next = new Float64Array(now.length).fill(Number.POSITIVE_INFINITY)
    const came = new Int8Array(now.length)
    const choice = place === 0 ? [startB, startC] : place === places - 1 ? [stop] : dataSymbols
    for (const [offset, before] of now.entries()) {
      if (before === Number.POSITIVE_INFINITY) continue
      for (const wider of widths) {
        const ends = offset + wider
        if (ends < 0 || ends >= now.length) continue
        const cost = before + cheapest(take(place, offset, wider), shapes, choice) + (wider === 0 ? 0 : bentCost)
        if (cost >= (next[ends] as number)) continue
        next[ends] = cost
        came[ends] = wider
      }
    }
    now = next
    back.push(came)
  }
  let end = 0
  for (const [offset, cost] of now.entries()) if (cost < (now[end] as number)) end = offset
  const cost = now[end] as number
  if (!Number.isFinite(cost)) return undefined
  const costs: Float64Array[] = []
  for (let place = places - 1, offset = end; place >= 0; place--) {
    const wider = back[place]?.[offset] as number
    offset -= wider
    const seen = take(place, offset, wider)
    costs.unshift(Float64Array.from(shapes, (shape) => distance(seen, shape)))
  }
  return { symbols, cost, costs }
}

/** Below this a module is lost between the pixels. */
const smallestModulePx = 1.1
/** Small against any noise: a straight code is read straight. */
const bentCost = 0.05
const dataSymbols = Array.from({ length: 103 }, (_, symbol) => symbol)

function sampled(profile: Float32Array, from: number, step: number, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) {
    const x = Math.max(0, Math.min(profile.length - 1.001, from + (i + 0.5) * step - 0.5))
    const left = x | 0
    const share = x - left
    into[i] = (profile[left] as number) * (1 - share) + (profile[left + 1] as number) * share
  }
}

function cheapest(samples: Float32Array, shapes: readonly Float32Array[], choice: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY
  for (const symbol of choice) least = Math.min(least, distance(samples, shapes[symbol] as Float32Array, least))
  return least
}

/** Sum of squares; of the longer stop sign its first eleven modules. Given up above `enough`. */
function distance(samples: Float32Array, shape: Float32Array, enough = Number.POSITIVE_INFINITY): number {
  let sum = 0
  for (let i = 0; i < perSymbol && sum < enough; i++) {
    const miss = (samples[i] as number) - (shape[i] as number)
    sum += miss * miss
  }
  return sum
}

type Way = { readonly cost: number; readonly symbols: readonly number[] }

/** The two cheapest texts of this form whose checksum holds. */
function likeliest(form: SoftForm, fit: Fit): { text: string; perSample: number; fit: Fit }[] {
  const { costs, symbols } = fit
  let ways: (readonly Way[])[] = Array.from({ length: 103 }, () => [])
  ways[form.start % 103] = [{ cost: (costs[0] as Float64Array)[form.start] as number, symbols: [] }]
  for (const [index, { symbols: allowed }] of form.steps.entries()) {
    const cost = costs[index + 1] as Float64Array
    const next: Way[][] = Array.from({ length: 103 }, () => [])
    for (const [sum, known] of ways.entries())
      for (const symbol of known.length === 0 ? [] : allowed)
        for (const way of known)
          keepTwo(next[(sum + (index + 1) * symbol) % 103] as Way[], way, way.cost + (cost[symbol] as number), symbol)
    ways = next
  }
  const [check, end] = [costs[symbols + 1] as Float64Array, (costs[symbols + 2] as Float64Array)[stop] as number]
  return ways
    .flatMap((known, sum) => known.map((way) => ({ ...way, cost: way.cost + (check[sum] as number) + end })))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, 2)
    .map((way) => ({ text: softText(form, way.symbols), perSample: way.cost / samplesOf(symbols), fit }))
}

/** The symbols are copied only when the way is kept: nearly all are not. */
function keepTwo(ways: Way[], before: Way, cost: number, symbol: number): void {
  const [first, second] = ways
  if (second !== undefined && cost >= second.cost) return
  const way = { cost, symbols: [...before.symbols, symbol] }
  if (first === undefined || cost < first.cost) ways.unshift(way)
  else ways.splice(1, 0, way)
  ways.length = Math.min(2, ways.length)
}
