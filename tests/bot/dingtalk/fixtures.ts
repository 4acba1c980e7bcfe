import { readFileSync } from 'node:fs'

/** One fixture, whole as its source has it; `expect` and `ack` are the source's own words about it. */
export type FrameCase = {
  readonly name: string
  readonly frame: {
    readonly type: string
    readonly headers: { readonly topic: string; readonly messageId?: string }
    readonly data: string
  }
  readonly expect?: Readonly<Record<string, unknown>>
  readonly ack?: { readonly code: number; readonly data: string } | null
}
export type SignCase = {
  readonly name: string
  readonly timestamp: string
  readonly secret: string
  readonly sign: string
  readonly now?: number
  readonly expect?: string
}
export type ResponseCase = {
  readonly name: string
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly expect?: Readonly<Record<string, unknown>>
}

function casesOf<Case>(file: string): readonly Case[] {
  const url = new URL(`../../fixtures/dingtalk/${file}.json`, import.meta.url)
  return (JSON.parse(readFileSync(url, 'utf8')) as { cases: readonly Case[] }).cases
}

export const frameCases = casesOf<FrameCase>('stream-frames')
export const signCases = casesOf<SignCase>('webhook-sign')
export const responseCases = casesOf<ResponseCase>('api-responses')

/** The case of this name; throws for a name that is not there. */
export function named<Case extends { readonly name: string }>(cases: readonly Case[], name: string): Case {
  const found = cases.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no fixture ${name}`)
  return found
}
