import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { audit } from '../../../src/hub/audit.ts'
import {
  compareNames,
  type Evidence,
  mergeFrom,
  mergeScore,
  shareAddress,
  suggestFrom,
} from '../../../src/hub/customer-evidence.ts'
import { type CustomerMerges, customerMerges } from '../../../src/hub/customer-merge.ts'
import { type Intake, intake } from '../../../src/hub/intake.ts'
import type { SourceOrder } from '../../../src/hub/order-facts.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { profileLookup } from '../../../src/hub/profile.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { judgedMerges, truthOrder } from '../../kit/people-judge.ts'
import { peopleTruth } from '../../kit/people-truth.ts'
import { runs } from '../../kit/runs.ts'
import { noonMs, sampleOrder } from './sample-order.ts'

const personal = personalData('11'.repeat(32))
const clock = fixedClock(noonMs)
const several = '多渠道活跃'
let fresh: FreshDatabase
let desk: Intake
let merges: CustomerMerges

beforeAll(async () => {
  fresh = await freshDatabase({ max: 5 })
  const { database } = fresh
  desk = intake(database, personal, clock, randomIds())
  merges = customerMerges({ database, personal, audit: audit(database, clock), clock, severalChannels: several })
  await database.sql`INSERT INTO members (id, name) VALUES ('m1', '林组长') ON CONFLICT DO NOTHING`
})
beforeEach(async () => {
  await fresh.database.sql`TRUNCATE orders, customers CASCADE`
})
afterAll(() => fresh.drop())

let nextNo = 1
const home = '浙江省杭州市余杭区文一西路969号3幢2单元1201室'
const order = (over: Partial<SourceOrder>): SourceOrder =>
  sampleOrder({ orderNo: String(nextNo++), consigneeName: '张伟', phone: '13812345678', address: home, ...over })
const buyer = (value: string) => ({ identities: [{ kind: 'buyer', value }] as const })
const virtual = { phone: '18812345678-1234' }
const settleAll = async () => {
  while ((await merges.settle(100)) > 0);
}
const profileOf = async (of: SourceOrder) => {
  const [row] = await fresh.database.sql<{ id: string }[]>`SELECT id FROM orders WHERE order_no = ${of.orderNo}`
  return profileLookup(fresh.database, personal).ofOrder(row?.id ?? '', clock.nowMs(), { arrears: false })
}

describe('what speaks for one person', () => {
  const plain: Evidence = {
    account: 'buyer',
    ordersWithBoth: 1,
    otherPhones: 0,
    otherAccounts: 0,
    names: 'unknown',
    sameAddress: false,
  }
  test.each([
    ['one order may be a present', plain, 'nothing'],
    ['two may be, too', { ...plain, ordersWithBoth: 2 }, 'suggested'],
    ['four are not', { ...plain, ordersWithBoth: 4 }, 'merged'],
    [
      'two orders, and name and address of others',
      { ...plain, ordersWithBoth: 2, names: 'same', sameAddress: true },
      'merged',
    ],
    ['one order, with name and address of others', { ...plain, names: 'same', sameAddress: true }, 'suggested'],
    ['a membership card shown three times', { ...plain, account: 'member', ordersWithBoth: 3 }, 'merged'],
    ['a membership card shown once', { ...plain, account: 'member' }, 'suggested'],
    ['some of the names are others', { ...plain, ordersWithBoth: 3, names: 'mixed' }, 'suggested'],
    ['another name speaks against all of it', { ...plain, ordersWithBoth: 3, names: 'differ' }, 'nothing'],
    ['an account that sends to many', { ...plain, ordersWithBoth: 3, otherPhones: 2 }, 'nothing'],
    ['a phone that another account sends to as well', { ...plain, ordersWithBoth: 4, otherAccounts: 1 }, 'suggested'],
    ['never together on one order', { ...plain, ordersWithBoth: 0, sameAddress: true, names: 'same' }, 'nothing'],
  ] as const)('%s', (_, evidence, expected) => {
    const score = mergeScore(evidence)
    expect(score >= mergeFrom ? 'merged' : score >= suggestFrom ? 'suggested' : 'nothing').toBe(expected)
  })
})

describe('what is masked says nothing', () => {
  const names = fc.array(fc.constantFrom('张伟', '李秀兰', '王敏'), { maxLength: 4 })
  const maskedName = fc
    .tuple(fc.constantFrom('张', '李', ''), fc.constantFrom('*', '**', '＊', '* '))
    .map((two) => two.join(''))
  const spoilt = fc
    .tuple(fc.nat([...home].length - 1), fc.constantFrom('*', '***', '＊'))
    .map(([at, star]) => [...home].map((sign, n) => (n === at ? star : sign)).join(''))

  test('a masked name moves no comparison, on whichever side it stands', () => {
    fc.assert(
      fc.property(names, names, fc.array(maskedName, { maxLength: 3 }), (ours, theirs, masked) => {
        const bare = compareNames(ours, theirs)
        expect(compareNames([...masked, ...ours], theirs)).toBe(bare)
        expect(compareNames(ours, [...theirs, ...masked])).toBe(bare)
      }),
    )
  })

  test('an address with one sign masked is nobody else’s, not even when it is spelt the same', () => {
    fc.assert(
      fc.property(spoilt, spoilt, (one, other) => {
        expect(shareAddress([one], [one, other, home])).toBe(false)
        expect(shareAddress([home], [one, other])).toBe(false)
      }),
    )
    expect(shareAddress([home], [home])).toBe(true)
  })
})

describe('in the hub', () => {
  test('orders behind virtual numbers come to the person whose phone two other orders show', async () => {
    const own = order({ channel: 'jd' })
    await desk.takeAll([
      own,
      order({ channel: 'douyin', ...buyer('dy-1') }),
      order({ channel: 'douyin', ...buyer('dy-1') }),
      order({ channel: 'douyin', ...virtual, ...buyer('dy-1') }),
    ])
    await settleAll()
    const profile = await profileOf(own)
    expect(profile).toMatchObject({ orders: 4, name: '张伟', tags: [several] })
    expect(profile?.channels).toEqual([
      { channel: 'douyin', orders: 3 },
      { channel: 'jd', orders: 1 },
    ])
  })

  test('the tag comes with the second channel by the phone alone, and only then', async () => {
    const first = order({ channel: 'jd' })
    await desk.take(first)
    await settleAll()
    expect((await profileOf(first))?.tags).toEqual([])
    await desk.take(order({ channel: 'pos' }))
    await settleAll()
    expect((await profileOf(first))?.tags).toEqual([several])
  })

  test('taken back it is as before, and stays so whatever comes', async () => {
    const own = order({ channel: 'jd' })
    const hidden = order({ channel: 'douyin', ...virtual, ...buyer('dy-1') })
    await desk.takeAll([own, hidden])
    await settleAll()
    const before = [await profileOf(own), await profileOf(hidden)]
    const both = () => order({ channel: 'douyin', ...buyer('dy-1') })
    await desk.takeAll([both(), both()])
    await settleAll()
    const joined = await profileOf(hidden)
    expect(joined?.orders).toBe(4)
    expect(joined?.customerId).toBe(before[0]?.customerId)
    const [merge] = joined?.merges ?? []
    expect(await merges.undo(merge?.id ?? '', 'm1')).toBe('undone')
    expect(await merges.undo(merge?.id ?? '', 'm1')).toBe('already')
    expect(await merges.undo('999999', 'm1')).toBe('unknown')
    expect((await profileOf(hidden))?.orders).toBe(1)
    expect([await profileOf(own), await profileOf(hidden)].map((one) => one?.merges)).toEqual([[], []])
    await desk.takeAll([both(), both(), both()])
    await settleAll()
    expect((await profileOf(hidden))?.orders).toBe(1)
  })

  test('virtual numbers and masked names join nobody', async () => {
    const one = order({ channel: 'tmall', ...virtual, consigneeName: '张*', ...buyer('tb-1') })
    const other = order({ channel: 'douyin', ...virtual, consigneeName: '张*', ...buyer('dy-9') })
    await desk.takeAll([one, other])
    await settleAll()
    expect((await profileOf(one))?.customerId).not.toBe((await profileOf(other))?.customerId)
  })

  test('whatever platforms mask joins nobody, however much of it agrees', async () => {
    const masked = fc.record({
      channel: fc.constantFrom('douyin' as const, 'tmall' as const, 'miniapp' as const),
      account: fc.nat(5),
      phone: fc.constantFrom('18812345678-1234', '17612345678-99', '138****5678', '*', undefined),
      consigneeName: fc.constantFrom('张*', '张**', '＊伟', '**', '张伟'),
      address: fc.constantFrom(
        '浙江省杭州市余杭区****',
        '文一西路***号3幢',
        '杭州市余杭区文一西路＊号2单元1201',
        undefined,
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(masked, { minLength: 20, maxLength: 60 }), async (told) => {
        await fresh.database.sql`TRUNCATE orders, customers CASCADE`
        await desk.takeAll(
          told.map(({ account, ...one }) =>
            sampleOrder({ orderNo: String(nextNo++), ...one, ...buyer(`b-${account}`) }),
          ),
        )
        await settleAll()
        const rows = await fresh.database.sql`SELECT state FROM customer_merges`
        expect(rows).toEqual([])
        const [people] = await fresh.database.sql`
          SELECT count(DISTINCT customer_id)::int AS customers, count(*) FILTER (WHERE customer_id IS NULL)::int AS nobody FROM orders`
        const accounts = new Set(told.map(({ channel, account }) => `${channel} ${account}`)).size
        expect(people).toEqual({ customers: accounts, nobody: 0 })
      }),
      { numRuns: runs(4) },
    )
  })

  test('two processes at once weigh every order once', async () => {
    const orders = Array.from({ length: 40 }, (_, n) =>
      order({
        channel: 'douyin',
        ...buyer(`dy-${n % 4}`),
        phone: `1381234567${n % 4}`,
      }),
    )
    await desk.takeAll(orders)
    await Promise.all([settleAll(), settleAll(), settleAll()])
    const [row] = await fresh.database.sql<
      { n: number }[]
    >`SELECT count(*)::int AS n FROM customer_merges WHERE state = 'merged'`
    expect(row?.n).toBe(4)
  })
})

describe('measured on people of whom it is known who they are', () => {
  const seeds = (process.env.PEOPLE_SEEDS ?? '20261123').split(',').map(Number)
  test.each(seeds)(
    'people of seed %i: of what is merged at least 99.5 percent is right',
    { timeout: 120_000 },
    async (seed) => {
      // more of them: npm run bench -- merge
      const told = peopleTruth(seed, 700)
      await desk.takeAll(told.map(truthOrder))
      await settleAll()
      const { pairs, right } = await judgedMerges(fresh.database, personal, told)
      // one line that a reader of the log can quote
      console.info(`customer merge, seed ${seed}: ${right} of ${pairs} merges right`)
      expect(pairs).toBeGreaterThan(70)
      expect(right / pairs).toBeGreaterThanOrEqual(0.995)
    },
  )
})
