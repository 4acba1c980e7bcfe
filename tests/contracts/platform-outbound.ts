import { expect, test } from 'vitest'
import { BadPayload, PlatformRefused } from '../../src/runtime/errors.ts'
import { type Bench, pendingCard, words } from './platform-subject.ts'

export function outboundPromises(bench: Bench): void {
  const { person, delivery, last, send } = bench

  test('sends words', async () => {
    const who = person()
    expect(await send(who, words('您的退货已入仓'))).toMatchObject({ outcome: 'sent' })
    expect(bench.subject.shownTo(who).map(({ text }) => text)).toEqual(['您的退货已入仓'])
  })

  test('passes the key on: a repeated message is shown once where the vendor can tell', async (context) => {
    if (!bench.subject.dropsRepeatedKeys) return context.skip('the vendor knows no keys')
    const who = person()
    for (let times = 0; times < 2; times += 1) await send(who, { kind: 'card', card: pendingCard }, 'the-same-key')
    expect(bench.subject.shownTo(who)).toHaveLength(1)
  })

  test.each(['text', 'card'] as const)('says whether a repeated %s is shown once, and so it is', async (kind) => {
    const who = person()
    const reply = kind === 'text' ? words('您的退货已入仓') : { kind, card: pendingCard }
    for (let times = 0; times < 2; times += 1) await send(who, reply, `a-key-of-${kind}`)
    const { platform, direct, shownTo } = bench.subject
    const once = platform.tellsRepeats?.(kind, direct(who)) ?? true
    expect(shownTo(who)).toHaveLength(once ? 1 : 2)
  })

  test('asks for another try when the vendor is broken or has had enough', async (context) => {
    const { vendor } = bench.subject
    if (vendor === undefined) return context.skip('there is no vendor to call')
    vendor.breakNext()
    expect(await send(person(), words('一'))).toMatchObject({ outcome: 'retry' })
    vendor.throttleNext()
    expect(await send(person(), words('二'))).toMatchObject({ outcome: 'retry' })
  })

  test('gives up on somebody the vendor does not know, in words for the operator', async (context) => {
    const { vendor } = bench.subject
    if (vendor === undefined) return context.skip('there is no vendor to call')
    const refused = await send(vendor.stranger, words('在吗'))
    expect(refused).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/\S/) })
  })

  test('has nothing to add to a reply that says nothing', async () => {
    await bench.subject.say(person(), '在吗', delivery())
    expect(bench.subject.platform.followUps({ kind: 'none' }, last())).toEqual([])
  })

  test('fetches the bytes of a photo', async () => {
    const { ref, bytes } = bench.subject.media.good
    expect(Buffer.from(await bench.subject.platform.media.fetch(ref)).equals(bytes)).toBe(true)
  })

  test('refuses a photo that is too big or gone', async () => {
    const { tooBig, gone } = bench.subject.media
    const { media } = bench.subject.platform
    if (tooBig !== undefined) await expect(media.fetch(tooBig)).rejects.toThrow(BadPayload)
    const missed = await media.fetch(gone).catch((error: unknown) => error)
    expect(missed instanceof PlatformRefused || missed instanceof BadPayload).toBe(true)
  })

  test('is healthy while its vendor is', async () => {
    expect(await bench.subject.platform.health()).toBeUndefined()
  })
}
