import { expect, test } from 'vitest'
import { expectPlainEvent } from './plain-event.ts'
import type { Bench } from './platform-subject.ts'
import { words } from './platform-subject.ts'

/** Texts a door must carry through unharmed. */
const awkwardTexts = [
  '6936476692437472563 到哪了',
  'a & b < c > d "e" \'f\'',
  ']]> &lt; &#65; <xml>',
  '👩‍👩‍👧‍👦 张伟 \u202e1202',
  "'; DROP TABLE orders; --",
  '$userName=lisi$ {{y}}',
]

export function doorPromises(bench: Bench): void {
  const { person, delivery, last, seen } = bench

  test('turns a message into a plain event and shows the answer', async () => {
    bench.answerWith(async () => words('在途'))
    const who = person()
    const { outcome, shown } = await bench.subject.say(who, '  6936476692437472563 到哪了 ', delivery())
    const { name } = bench.subject.platform
    expectPlainEvent(last())
    expect(last()).toMatchObject({ kind: 'text', text: '6936476692437472563 到哪了', platform: name })
    expect(last().conversation).toMatchObject({ kind: 'direct', platform: name })
    expect(last().sender.id.toLowerCase()).toBe((bench.subject.userId?.(who) ?? who).toLowerCase())
    expect({ outcome, text: shown.map(({ text }) => text).join() }).toEqual({ outcome: 'taken', text: '在途' })
  })

  test.each(awkwardTexts)('carries %j through unharmed', async (text) => {
    await bench.subject.say(person(), text, delivery())
    expect(last()).toMatchObject({ kind: 'text', text })
    expectPlainEvent(last())
  })

  test('gives a repeated delivery the same id and another message another id', async () => {
    const who = person()
    const first = delivery()
    for (const each of [first, first, delivery()]) await bench.subject.say(who, '在吗', each)
    const [one, repeat, other] = seen.map(({ event }) => event.id)
    expect(repeat).toBe(one)
    expect(other).not.toBe(one)
  })

  test('leaves time: the deadline lies ahead, and within any vendor’s patience', async () => {
    await bench.subject.say(person(), '在吗', delivery())
    expect(seen[0]?.leftMs).toBeGreaterThan(500)
    expect(seen[0]?.leftMs).toBeLessThanOrEqual(15_000)
  })

  test('says nothing when there is nothing to say', async () => {
    expect(await bench.subject.say(person(), '在吗', delivery())).toEqual({ outcome: 'taken', shown: [] })
  })

  test('acknowledges nothing that the desk could not keep', async () => {
    bench.answerWith(async () => {
      throw new Error('the database is down')
    })
    expect(await bench.subject.say(person(), '在吗', delivery())).toEqual({ outcome: 'again', shown: [] })
  })

  test('turns a forged delivery away before the desk sees it', async (context) => {
    if (bench.subject.forge === undefined) return context.skip('nothing is signed here')
    expect((await bench.subject.forge()).outcome).toBe('turned-away')
    expect(seen).toEqual([])
  })
}
