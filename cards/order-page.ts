import type { ActionToken } from '../src/chat/card.ts'
import type { ActionCodec } from './actions.ts'

/**
 * A later page of a list, as a button carries it: what was asked for, in the form of the question's slots. People are named by
 * an order of theirs, so that neither phone nor name stands in a token.
 */
export type ListPage = {
  /** From 1. */
  readonly page: number
  readonly who?: { readonly by: PersonBy; readonly ref: string }
  readonly channel?: string
  readonly status?: string
  readonly product?: string
  /** Days as YYYY-MM-DD. */
  readonly date?: { readonly from: string; readonly to: string; readonly of: string }
}

/** `ref` is an order of the person (phone, extension, name, tail-and-name), or the tail itself. */
export type PersonBy = 'phone' | 'extension' | 'name' | 'tail-and-name' | 'phone-tail' | 'order-tail' | 'waybill-tail'

const personLetters: Readonly<Record<PersonBy, string>> = {
  phone: 'p',
  extension: 'e',
  name: 'n',
  'tail-and-name': 'b',
  'phone-tail': 't',
  'order-tail': 'o',
  'waybill-tail': 'w',
}
/** A page is walked to now or not at all: the orders of the one before move on. */
const lifeMs = 86_400_000
/** What a token has room for, beside its head, its end and its signature. */
const mostBytes = 54

/** The token of a page; undefined when what was asked for does not fit into one. */
export function pageToken(page: ListPage, codec: ActionCodec, nowMs: number): ActionToken | undefined {
  const text = textOf(page)
  if (Buffer.byteLength(text) > mostBytes) return undefined
  return codec.encode('order.page', [text], { expiresAtMs: nowMs + lifeMs })
}

function textOf({ page, who, channel = '', status = '', product = '', date }: ListPage): string {
  const person = who === undefined ? '' : personLetters[who.by] + who.ref
  const days = date === undefined ? '' : `${dayNo(date.from)},${dayNo(date.to)},${date.of}`
  return [String(page), person, days, channel, status, product].join('|')
}

/** The page of a token's argument; undefined when it is none (a newer desk's). */
export function pageOf(text: string | undefined): ListPage | undefined {
  const [number, person = '', days = '', channel = '', status = '', ...rest] = text?.split('|') ?? []
  const product = rest.join('|')
  const page = Number(number)
  if (!Number.isInteger(page) || page < 1) return undefined
  const by = (Object.keys(personLetters) as PersonBy[]).find((one) => personLetters[one] === person[0])
  const [from, to, of] = days.split(',')
  return {
    page,
    ...(by !== undefined && { who: { by, ref: person.slice(1) } }),
    ...(channel !== '' && { channel }),
    ...(status !== '' && { status }),
    ...(product !== '' && { product }),
    ...(from && to && of && { date: { from: dayOf(from), to: dayOf(to), of } }),
  }
}

/** 2026-11-20 as 261120. */
const dayNo = (day: string): string => day.slice(2).replaceAll('-', '')
const dayOf = (text: string): string => `20${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4, 6)}`
