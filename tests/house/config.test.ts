import { expect, test } from 'vitest'
import { BadConfig, loadConfig } from '../../src/config.ts'

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof BadConfig) return error.faults
    throw error
  }
  return []
}

const wecom = {
  WECOM_CORP_ID: 'ww0123456789abcdef',
  WECOM_AGENT_ID: '1000002',
  WECOM_SECRET: 'secret',
  WECOM_TOKEN: 'QDG6eK',
  WECOM_ENCODING_AES_KEY: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
}

test('nothing set is a desk with an embedded database and the play page', () => {
  const config = loadConfig({})
  expect(config).toMatchObject({ port: 8787, host: '127.0.0.1', dataDir: './data', play: true })
  expect([config.databaseUrl, config.redisUrl, config.wecom, config.dingtalk]).toEqual(Array(4).fill(undefined))
})

test('an empty value is an unset one, as .env files write it', () => {
  const { secretOf, ...empty } = loadConfig({ PORT: '', DATABASE_URL: ' ', PLAY: '', WECOM_TOKEN: '' })
  expect({ ...empty, secretOf: expect.any(Function) }).toEqual({ ...loadConfig({}), secretOf: expect.any(Function) })
  expect(secretOf('WECOM_TOKEN')).toBe('')
})

test('all faults are told at once, each by the name of its key', () => {
  const faults = faultsOf({
    ...{ PORT: '99999', DATABASE_URL: 'mysql://x', REDIS_URL: 'localhost', DATA_KEY: 'short', PLAY: 'yes' },
    ...{ WECOM_CORP_ID: 'ww1', WECOM_AGENT_ID: 'one', WECOM_ENCODING_AES_KEY: 'x'.repeat(42) },
    ...{ DINGTALK_CLIENT_ID: 'ding1', DINGTALK_API_BASE: 'api', RELAY_SECRET: 'short' },
  })
  const keys = ['PORT', 'DATABASE_URL', 'REDIS_URL', 'DATA_KEY', 'PLAY', 'WECOM_AGENT_ID', 'WECOM_ENCODING_AES_KEY']
  const missing = ['WECOM_SECRET', 'WECOM_TOKEN', 'DINGTALK_CLIENT_SECRET']
  for (const key of [...keys, ...missing, 'DINGTALK_API_BASE', 'RELAY_SECRET'])
    expect(faults.filter((fault) => fault.startsWith(`${key} `))).toHaveLength(1)
  expect(faults).toHaveLength(keys.length + missing.length + 2)
})

test('a fault says what to do and never repeats a secret', () => {
  const faults = faultsOf({ ...wecom, WECOM_ENCODING_AES_KEY: 'x'.repeat(42), DATA_KEY: 'hunter2' }).join('\n')
  expect(faults).toContain("must be 43 characters, got 42: copy it again from the app's callback page")
  expect(faults).not.toMatch(/hunter2|xxxx/)
})

test('a configured platform closes the play page unless it is asked for', () => {
  expect(loadConfig(wecom)).toMatchObject({ play: false, wecom: { agentId: 1000002 } })
  expect(loadConfig({ ...wecom, PLAY: '1' }).play).toBe(true)
  expect(loadConfig({ PLAY: '0' }).play).toBe(false)
})
