import { afterEach, expect, test, vi } from 'vitest'
import { errorFields, jsonLog, redact } from '../../../src/runtime/log.ts'

afterEach(() => vi.restoreAllMocks())

test('phones keep their ends, and secrets in addresses nothing', () => {
  expect(redact('asked by 17000009354')).toBe('asked by 170****9354')
  expect(redact('order 6936476692437472563')).toBe('order 6936476692437472563')
  expect(redact('GET /cgi-bin/message/send?access_token=abc&debug=1')).toBe(
    'GET /cgi-bin/message/send?access_token=***&debug=1',
  )
})

test('what is logged goes through it, on the stream of its level, from the least level on', () => {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {})
  const err = vi.spyOn(console, 'error').mockImplementation(() => {})
  const log = jsonLog('info')
  log('debug', 'not shown')
  log('info', 'sent', { to: '13757142087' })
  log('error', 'refused', errorFields(new Error('https://x/?corpsecret=s3cret')))
  expect(out.mock.calls.flat().join()).toContain('137****2087')
  expect(out.mock.calls.flat().join()).not.toMatch(/13757142087|not shown/)
  expect(err.mock.calls.flat().join()).toContain('corpsecret=***')
})

test('a thrown value that is no error says only what it is', () => {
  expect(errorFields('secret text')).toEqual({ error: 'string' })
})
