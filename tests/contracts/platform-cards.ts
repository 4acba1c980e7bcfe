import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Card } from '../../src/chat/card.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { expectPlainEvent } from './plain-event.ts'
import { approve, type Bench, pendingCard, type Shown, words } from './platform-subject.ts'
import { tameCard, wildCard } from './wild-card.ts'

const decided: Card = { ...pendingCard, title: '【已同意】TH2611220015', tone: 'done', buttons: [] }

export function cardPromises(bench: Bench): void {
  const { person, delivery, last, send } = bench
  const textOf = (shown: readonly Shown[]) => shown.map(({ text }) => text).join('\n')
  const labelsOf = (shown: readonly Shown[]) => shown.flatMap(({ buttons }) => buttons)

  /** All that `who` sees of the answer: what the door showed, then what the desk sends after it. */
  async function withFollowUps(who: string, shown: readonly Shown[], reply: Reply): Promise<readonly Shown[]> {
    const before = bench.subject.shownTo(who).length
    for (const follow of bench.subject.platform.followUps(reply, last())) await send(who, follow)
    return [...shown, ...bench.subject.shownTo(who).slice(before)]
  }

  test('a card is shown whole: in the door’s answer, or by what follows it', async () => {
    const who = person()
    const reply: Reply = { kind: 'card', card: pendingCard }
    bench.answerWith(async () => reply)
    const { shown } = await bench.subject.say(who, '待办', delivery())
    const all = await withFollowUps(who, shown, reply)
    for (const said of ['TH2611220015', '¥238.00', '抖音推送09:58']) expect(textOf(all)).toContain(said)
    expect(labelsOf(all)).toEqual(expect.arrayContaining(['同意', '驳回']))
  })

  test('a tap brings the token of its button, or the words it stands for', async () => {
    const who = person()
    expect(await send(who, { kind: 'card', card: pendingCard })).toMatchObject({ outcome: 'sent' })
    expect((await bench.subject.tap(who, '同意', delivery())).outcome).toBe('taken')
    expectPlainEvent(last())
    const event = last()
    if (event.kind === 'card-tap') expect(event.token).toBe(approve)
    else expect(event).toMatchObject({ kind: 'text', text: '同意 TH2611220015' })
  })

  test('words in answer to a tap reach the person', async () => {
    const who = person()
    await send(who, { kind: 'card', card: pendingCard })
    bench.answerWith(async () => words('已由小林处理'))
    const { shown } = await bench.subject.tap(who, '同意', delivery())
    expect(textOf(await withFollowUps(who, shown, words('已由小林处理')))).toContain('已由小林处理')
  })

  test('a decided card is redrawn for the person who tapped, without its buttons', async () => {
    const who = person()
    await send(who, { kind: 'card', card: pendingCard })
    let reply: Reply = { kind: 'none' }
    bench.answerWith(async (event) => {
      const redraw = event.kind === 'card-tap'
      reply = redraw ? { kind: 'card-update', cardRef: event.cardRef, card: decided } : { kind: 'card', card: decided }
      return reply
    })
    const { shown } = await bench.subject.tap(who, '同意', delivery())
    const all = await withFollowUps(who, shown, reply)
    expect(textOf(all)).toContain('已同意')
    expect(all.at(-1)?.buttons).toEqual([])
  })

  test('any card is sent, however wild', async () => {
    await fc.assert(
      fc.asyncProperty(wildCard, async (card) => {
        expect(await send(person(), { kind: 'card', card })).toMatchObject({ outcome: 'sent' })
      }),
      { numRuns: 25 },
    )
  })

  test('a card within the limits loses no word', async () => {
    await fc.assert(
      fc.asyncProperty(tameCard, async (card) => {
        const who = person()
        await send(who, { kind: 'card', card })
        const shown = bench.subject.shownTo(who)
        const facts = card.facts.flatMap(({ label, value }) => [label, value])
        for (const said of [card.title, card.bar, ...facts, ...(card.lines ?? []), card.note])
          expect(textOf(shown)).toContain(said ?? '')
        for (const { label } of card.buttons) expect(labelsOf(shown)).toContain(label)
      }),
      { numRuns: 25 },
    )
  })
}
