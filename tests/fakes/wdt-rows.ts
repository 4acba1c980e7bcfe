import { readFileSync } from 'node:fs'

export type Row = Record<string, unknown>
export type Frames = {
  readonly trade: Row
  readonly stockOut: Row
  readonly refund: Row
  readonly stockIn: Row
  readonly stock: Row
}

/** Frames as documented, fresh at each call so that a test may change them. */
export function wdtFrames(edition: 'flagship' | 'enterprise'): Frames {
  return JSON.parse(readFileSync(new URL(`../fixtures/wdt/${edition}.json`, import.meta.url), 'utf8')) as Frames
}

/** How it misbehaves until told otherwise; see ChannelSubject. text-data: an error text where data belongs. */
export type WdtMischief = 'busy' | 'failed' | 'half-page' | 'repeated-page' | 'down' | 'clock' | 'text-data' | 'at-once'

export type WdtRows = {
  readonly trades: Row[]
  readonly stockOuts: Row[]
  readonly refunds: Row[]
  readonly stockIns: Row[]
  readonly stock: Row[]
  /** What was pushed, by number and line; the same again changes it. */
  readonly pushed: Map<string, Row>
  /** Every call: method and what it asked. */
  readonly calls: { readonly method: string; readonly asked: Row; readonly query: URLSearchParams }[]
  mischief: WdtMischief | undefined
  /** The next push is taken and its answer lost. */
  loseAnswer: boolean
  /** For lines that the vendor refuses, its words. */
  refuse: string | undefined
  skewMs: number
}

export function wdtRows(): WdtRows {
  return {
    trades: [],
    stockOuts: [],
    refunds: [],
    stockIns: [],
    stock: [],
    pushed: new Map(),
    calls: [],
    mischief: undefined,
    loseAnswer: false,
    refuse: undefined,
    skewMs: 0,
  }
}

/** ms of a field that is a number of ms or Beijing text. */
export function atOf(value: unknown): number {
  return typeof value === 'number' ? value : Date.parse(`${String(value).replace(' ', 'T')}+08:00`)
}

/** Rows of a span, both ends included. */
export function between(rows: readonly Row[], field: string, from: unknown, to: unknown): Row[] {
  return rows.filter((row) => atOf(row[field]) >= atOf(from) && atOf(row[field]) <= atOf(to))
}

/** One page, spoilt as the mischief says. */
export function cut(rows: readonly Row[], page: number, size: number, mischief: WdtMischief | undefined): Row[] {
  const no = mischief === 'repeated-page' ? 0 : page
  const own = rows.slice(no * size, (no + 1) * size)
  return mischief === 'half-page' ? own.slice(0, Math.floor(own.length / 2)) : own
}
