import { expect, test } from 'vitest'
import { isLostTypeQuestion, targetOfUrl, urlOfTarget } from '../../../src/db/client.ts'

test('only the driver’s own question about array types may be lost', () => {
  const asked =
    'select b.oid, b.typarray\n from pg_catalog.pg_type a\n left join pg_catalog.pg_type b on b.oid = a.typelem'
  expect(isLostTypeQuestion(Object.assign(new Error('read ECONNRESET'), { query: asked }))).toBe(true)
  expect(isLostTypeQuestion(Object.assign(new Error('read ECONNRESET'), { query: 'SELECT 1' }))).toBe(false)
  expect(isLostTypeQuestion(new Error('read ECONNRESET'))).toBe(false)
  expect(isLostTypeQuestion(undefined)).toBe(false)
})

test('a socket in a URL is a socket target, and back', () => {
  const target = {
    kind: 'socket',
    directory: '/run/a b',
    port: 5433,
    user: 'u:ser',
    password: 'p@ss/word',
    database: 'desk',
  } as const
  expect(targetOfUrl(urlOfTarget(target))).toEqual(target)
  expect(targetOfUrl('postgres://u:p@db.example:5432/desk')).toEqual({
    kind: 'url',
    url: 'postgres://u:p@db.example:5432/desk',
  })
})
