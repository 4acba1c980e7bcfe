import type { Card } from '../../../src/chat/card.ts'
import type { MediaRef } from '../../../src/chat/event.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { transcript } from '../../../src/hub/transcript.ts'
import { platformContract } from '../../contracts/platform-contract.ts'
import type { ContractSubject, DoorAnswer, Shown } from '../../contracts/platform-subject.ts'
import { freshDatabase } from '../../kit/database.ts'
import { openPlay } from '../../kit/play-harness.ts'

const personas = ['cs', 'cs_lead', 'warehouse', 'finance', 'director', 'ops', 'it', 'stranger']

type Line = {
  readonly seq: number
  readonly entry: {
    readonly kind: 'said' | 'text' | 'card' | 'card-update'
    readonly answers?: string
    readonly text?: string
    readonly card?: Card
    readonly cardId?: string
  }
}

function shown({ entry }: Line): Shown {
  const { card } = entry
  if (card === undefined) return { text: entry.text ?? '', buttons: [] }
  const facts = card.facts.map(({ label, value }) => `${label} ${value}`)
  const words = [card.title, card.bar, ...facts, ...(card.lines ?? []), card.note]
  return { text: words.filter((one) => one !== undefined).join('\n'), buttons: card.buttons.map(({ label }) => label) }
}

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

platformContract('play', async (sink): Promise<ContractSubject> => {
  const db = await freshDatabase()
  const desk = await openPlay(sink, { transcript: transcript(db.database, personalData('5'.repeat(64)), 'play') })
  const api = `${desk.url}/play/api`
  /** The eight personas are all the people there are: somebody new is the next of them, from here on. */
  const people = new Map<string, { readonly persona: string; readonly since: number }>()
  const lines = new Map<string, Line[]>()
  async function readAll(): Promise<void> {
    for (const persona of personas) {
      const known = lines.get(persona) ?? []
      const response = await fetch(`${api}/transcript?persona=${persona}&chat=direct&since=${known.at(-1)?.seq ?? 0}`)
      const page = (await response.json()) as { lines: Line[] }
      lines.set(persona, [...known, ...page.lines])
    }
  }

  function somebody(person: string) {
    const persona = personas[people.size % personas.length] ?? 'cs'
    const known = people.get(person) ?? { persona, since: lines.get(persona)?.at(-1)?.seq ?? 0 }
    people.set(person, known)
    return known
  }

  function linesOf(person: string): readonly Line[] {
    const { persona, since } = somebody(person)
    return (lines.get(persona) ?? []).filter(({ seq }) => seq > since)
  }

  async function post(body: Record<string, unknown>): Promise<DoorAnswer> {
    const response = await fetch(`${api}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ chat: 'direct', ...body }),
    })
    if (response.status === 503) return { outcome: 'again', shown: [] }
    if (!response.ok) return { outcome: 'turned-away', shown: [] }
    const answer = (await response.json()) as { lines: Line[] }
    await readAll()
    return { outcome: 'taken', shown: answer.lines.filter(({ entry }) => entry.kind !== 'said').map(shown) }
  }

  const kept = await fetch(`${api}/files?name=photo.png`, { method: 'PUT', body: png })
  const { id } = (await kept.json()) as { id: string }
  const ref = (one: string): MediaRef => ({ platform: 'play', id: one })

  const { outbound } = desk.platform
  return {
    platform: {
      ...desk.platform,
      outbound: { send: (message) => outbound.send(message).finally(readAll) },
    },
    userId: (person) => `play-${somebody(person).persona}`,
    say: (person, text, delivery) => post({ id: delivery, persona: somebody(person).persona, text }),
    tap: (person, label, delivery) => {
      const { entry } = linesOf(person).findLast((line) => line.entry.card !== undefined) ?? { entry: undefined }
      const button = entry?.card?.buttons.find((one) => one.label === label)
      const tap = { token: button?.token, cardId: entry?.cardId, label }
      return post({ id: delivery, persona: somebody(person).persona, ...tap })
    },
    forge: undefined,
    direct: (person) => ({ platform: 'play', kind: 'direct', id: `play-${somebody(person).persona}` }),
    shownTo: (person) =>
      linesOf(person)
        .filter(({ entry }) => entry.kind !== 'said' && entry.answers === undefined)
        .map(shown),
    dropsRepeatedKeys: true,
    vendor: undefined,
    media: { good: { ref: ref(id), bytes: png }, tooBig: undefined, gone: ref('blob_gone') },
    close: async () => {
      await desk.stop()
      await db.drop()
    },
  }
})
