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

test.each([
  ['a typing slip', { ...youzan, everyMinute: 5 }, 'youzan: everyMinute is no setting: is it everyMinutes?'],
  ['small letters', { ...youzan, baseurl: 'https://x.test' }, 'youzan: baseurl is no setting: is it baseUrl?'],
  ['something else', { ...youzan, colour: 'red' }, 'youzan: colour is no setting: take it out'],
  ['a field left out', { ...youzan, kdtId: undefined }, 'youzan: kdtId is missing'],
  ['a number without quotes', { ...youzan, kdtId: 164932 }, 'youzan: kdtId must be a string, not number'],
  ['a carrier of no code', { ...youzan, defaultCarrier: '中通' }, 'youzan: defaultCarrier must be one of SF, JD, JT, '],
  ['an address of another kind', { ...youzan, baseUrl: 'ftp://x' }, 'youzan: baseUrl: invalid URL'],
  [
    'hours in words',
    { ...youzan, name: 'mini', silentHours: 'never' },
    'mini: silentHours must be a number, not string',
  ],
  ['minutes beyond a day', { ...youzan, everyMinutes: 2_000 }, 'youzan: everyMinutes: too big'],
  ['no kind', { shop: 'x' }, 'entry 1: kind is missing'],
  ['a name in capitals', { ...youzan, name: 'Big Shop' }, 'Big Shop: name must be small letters, digits and dashes'],
] as const)('%s is one sentence with entry and field', (_, entry, expected) => {
  const said = fault(() => opened(entry))
  expect(said).toContain(`connectors.json: ${expected}`)
  expect(said).not.toMatch(/\n|✖|→/)
})

test('where the JSON ends is said by line and column; an entry that is no object, and a list that is none, by their place', () => {
  const broken = '{\n  "connectors": [\n    { "kind": "youzan" "clientSecret": "env:SECRET" }\n  ]\n}'
  const said = fault(() => readConnectors(broken, resolve))
  expect(said).toMatch(/^connectors.json is not JSON: look at line 3, column \d+/)
  expect(said).not.toContain('SECRET')
  expect(fault(() => readConnectors('{"connectors":["youzan"]}', resolve))).toBe(
    'connectors.json: entry 1: it must be an object in braces',
  )
  for (const text of ['[]', '{}', '{"connectors":{}}', '{"connector":[]}'])
    expect(fault(() => readConnectors(text, resolve))).toContain('it must be {"connectors": [ … ]}')
})

test('a file of a secret that cannot be read is a fault of its entry, beside the others', () => {
  const gone = (reference: string) => {
    if (reference.startsWith('file:')) throw new CannotStart('/run/gone cannot be read')
    return undefined
  }
  const entries = [youzan, { ...youzan, name: 'second', clientSecret: 'file:/run/gone' }]
  expect(fault(() => readConnectors(JSON.stringify({ connectors: entries }), gone))).toBe(
    'connectors.json: youzan: env:SECRET is not set; second: /run/gone cannot be read',
  )
})
