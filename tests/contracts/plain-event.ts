import { expect } from 'vitest'
import type { ChatEvent } from '../../src/chat/event.ts'

const base = ['id', 'kind', 'platform', 'conversation', 'sender', 'sentAtMs']
const own: Readonly<Record<ChatEvent['kind'], readonly string[]>> = {
  text: ['text', 'media', 'scanned'],
  image: ['media'],
  file: ['media', 'fileName'],
  'card-tap': ['token', 'cardRef'],
  join: [],
  unreadable: ['what'],
}

const parts: Readonly<Record<string, readonly string[]>> = {
  conversation: ['platform', 'kind', 'id', 'replyAddress'],
  sender: ['id', 'name', 'trusted'],
  media: ['platform', 'id', 'fileName'],
  cardRef: ['platform', 'id', 'updateCode'],
  replyAddress: ['url', 'expiresAtMs'],
}

/** Fails when the event is not JSON-safe, or carries any field the vocabulary does not know (a vendor's, the raw payload). */
export function expectPlainEvent(event: ChatEvent): void {
  const sent: unknown = JSON.parse(JSON.stringify(event))
  expect(sent).toEqual(event)
  expect(JSON.stringify(event)).not.toMatch(/\\u0000|\\ud[89a-f]/i)
  expect(event.id).toMatch(/^\S{1,200}$/)
  expect(Number.isInteger(event.sentAtMs)).toBe(true)
  expectOnly(event, [...base, ...own[event.kind]])
}

function expectOnly(value: object, allowed: readonly string[]): void {
  for (const [key, inner] of Object.entries(value)) {
    expect(allowed).toContain(key)
    const below = parts[key]
    if (below === undefined) expect(typeof inner).not.toBe('object')
    else for (const each of Array.isArray(inner) ? inner : [inner]) expectOnly(each, below)
  }
}
