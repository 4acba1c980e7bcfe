/** What may stand at one place of a code: symbols, and what they say in the set that holds there. */
type SoftStep = { readonly symbols: readonly number[]; readonly set: 'B' | 'C' | 'change' }

/** One way to write a number of a known form as Code 128. */
export type SoftForm = { readonly start: number; readonly steps: readonly SoftStep[] }

export const startB = 104
export const startC = 105
const toC: SoftStep = { symbols: [99], set: 'change' }
const toB: SoftStep = { symbols: [100], set: 'change' }

const digits = '0123456789'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** #: a digit, @: a letter, *: either, [..]: one of these, anything else stands for itself. */
const signs: Readonly<Record<string, string>> = { '#': digits, '@': letters, '*': digits + letters }

/**
 * Numbers in use as bars carry them (protocols/waybills.md, section 1): fewer possible texts make a blurred code legible. What
 * fits none of these is not looked for: the shop's own bars are left to the decoders that look for edges.
 */
const patterns = [
  'SF*############',
  'JDV@###########',
  'JDV@###########-#-#-',
  'JDV@###########-#-#-##',
  'JD[XK]############',
  'JD[XK]############-#-#-',
  'JD[XK]############-#-#-##',
  'JT#############',
  'YT#############',
  'DPK############',
  '77#############',
  '[34]##############',
  '7[345678]############',
  '621############',
  '1[0123]###########',
  '9[689]###########',
  '43###########',
  '5############',
  '[ECPR]@#########CN',
  '############',
]

/** Digits in pairs where four or more stand together; the odd one before or behind the pairs; or no pairs at all. */
type Manner = 'odd-first' | 'odd-last' | 'single'
const manners: readonly Manner[] = ['odd-first', 'odd-last', 'single']

export const softForms: readonly SoftForm[] = patterns.flatMap((pattern) => {
  const places = (pattern.match(/\[[^\]]+\]|./g) ?? []).map((sign) => signs[sign] ?? sign.replace(/[[\]]/g, ''))
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
