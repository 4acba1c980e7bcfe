import { expect, test } from 'vitest'
import { openConnectors, readConnectors } from '../../../src/connectors/registry.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { CannotStart } from '../../../src/runtime/errors.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { vendor } from '../../../src/runtime/vendor-call.ts'

const secrets: Readonly<Record<string, string>> = {
  'env:SECRET': 'a-secret-of-the-shop-01',
  'file:/run/salt': 'salty-salt',
}
const resolve = (reference: string) => secrets[reference]
const youzan = {
  kind: 'youzan',
  shop: '有赞商城',
  kdtId: '164932',
  clientId: '6cd25b3f99727975b5',
  clientSecret: 'env:SECRET',
}
const read = (...connectors: readonly object[]) => readConnectors(JSON.stringify({ connectors }), resolve)
const opened = (...connectors: readonly object[]) =>
  openConnectors(read(...connectors), {
    clock: systemClock,
    tokens: { get: async () => '', drop: async () => undefined },
    log: silentLog,
    vendor: (options) => vendor({ ...options, clock: systemClock }),
    publicUrl: undefined,
  })
/** What the operator reads; anything else than a refusal to start is a bug. */
const fault = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof CannotStart) return error.message
    throw error
  }
  return ''
}

test('an entry is read with its secrets, its name and its hours', () => {
  expect(read({ ...youzan, everyMinutes: 30 })).toEqual([
    {
      name: 'youzan',
      kind: 'youzan',
      everyMinutes: 30,
      silentHours: 12,
      settings: expect.objectContaining({ clientSecret: 'a-secret-of-the-shop-01', kdtId: '164932' }),
    },
  ])
  expect(opened(youzan, { ...youzan, name: 'second', kdtId: '2', silentHours: 3 }).map(({ name }) => name)).toEqual([
    'youzan',
    'second',
  ])
  expect(opened()).toEqual([])
})

test('a file that is no JSON, or of another shape, says so without quoting it', () => {
  expect(fault(() => readConnectors('{"connectors": [', resolve))).toMatch(/^connectors.json is not JSON/)
  expect(fault(() => readConnectors('[]', resolve))).toMatch(/^connectors.json: /)
  expect(fault(() => readConnectors('{"connectors":[],"more":1}', resolve))).toContain('more')
  expect(fault(() => read({ shop: 'x' }))).toContain('kind')
  for (const name of ['Big', 'a b', '', '-x', 'x'.repeat(33)])
    expect(fault(() => read({ ...youzan, name }))).toMatch(/small letters|name/)
  for (const more of [{ everyMinutes: 0 }, { everyMinutes: 1.5 }, { silentHours: 0 }, { silentHours: 'never' }])
    expect(fault(() => read({ ...youzan, ...more }))).not.toBe('')
})

test('a kind nobody knows names those there are, even where it is a word of the language', () => {
  expect(fault(() => read({ kind: 'ebay' }))).toMatch(
    /^connectors.json: ebay: there is no connector of kind ebay, only .*youzan/,
  )
  for (const kind of ['constructor', 'toString', 'hasOwnProperty'])
    expect(fault(() => read({ kind, name: 'x' }))).toContain(`no connector of kind ${kind}`)
})

test('a name twice, a secret in the file, and one that is not set are told at once, and no secret is repeated', () => {
  const said = fault(() =>
    read(
      youzan,
      { ...youzan, clientSecret: 'the-very-secret-of-the-shop' },
      { ...youzan, name: 'third', clientSecret: 'env:GONE' },
    ),
  )
  expect(said).toContain('youzan: the name is used twice')
  expect(said).toContain('youzan: clientSecret must be env:NAME or file:PATH')
  expect(said).toContain('third: env:GONE is not set')
  expect(said).not.toContain('the-very-secret')
  expect(fault(() => readConnectors(JSON.stringify({ connectors: [youzan] }), () => ''))).toContain(
    'env:SECRET is not set',
  )
})

test('secrets are found however deep they stand; a shop may be called like one', () => {
  const deep = { ...youzan, more: { list: [{ appSecret: 'bare' }] } }
  expect(fault(() => read(deep))).toContain('appSecret must be')
  const [one] = read({ ...youzan, more: { salt: 'file:/run/salt' } })
  expect(one?.settings).toMatchObject({ more: { salt: 'salty-salt' } })
  expect(read({ ...youzan, shop: 'env:SECRET' })[0]?.settings).toMatchObject({ shop: 'a-secret-of-the-shop-01' })
})

test('settings are strict: what is missing, too short, or of no use is named with its entry', () => {
  const { shop: _, ...without } = youzan
  expect(fault(() => opened(without))).toMatch(/^connectors.json: youzan: .*shop/s)
  expect(fault(() => opened({ ...youzan, colour: 'red' }))).toContain('colour')
  expect(fault(() => opened({ ...youzan, kdtId: 'abc' }))).toContain('kdt_id')
  expect(fault(() => opened({ ...youzan, baseUrl: 'ftp://x' }))).toContain('baseUrl')
  const both = fault(() => opened({ ...youzan, colour: 'red' }, { ...without, name: 'second' }))
  expect(both).toMatch(/youzan: .*colour.*second: .*shop/s)
})
