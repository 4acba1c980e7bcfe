import { describe, expect, test } from 'vitest'
import { judgeApi, judgeOldApi } from '../../../bot/dingtalk/errcode.ts'
import { named, responseCases } from './fixtures.ts'

const fixture = (name: string) => {
  const { status, body } = named(responseCases, name)
  return { status, body, html: false }
}
const api = (status: number, body?: Record<string, unknown>, html = false) => judgeApi({ status, body, html })
const old = (status: number, body?: Record<string, unknown>) => judgeOldApi({ status, body, html: false })

describe('answers of the new API', () => {
  test.each(['access-token', 'batchSend-partial', 'createAndDeliver-ok', 'createAndDeliver-space-failed'])(
    '%s is an answer',
    (name) => expect(judgeApi(fixture(name))).toEqual({ outcome: 'ok' }),
  )

  test('a missing permission stops, and says which one', () => {
    const verdict = judgeApi(fixture('permission-denied'))
    expect(verdict).toMatchObject({ outcome: 'refused', alarm: true })
    expect(verdict).toMatchObject({ reason: expect.stringContaining('Card.Streaming.Write') })
  })

  test('our own rate waits a second', () => {
    expect(judgeApi(fixture('qps-limit'))).toMatchObject({ outcome: 'busy', afterMs: 1_000 })
  })

  test('the month’s calls are gone: no retry, alarm', () => {
    expect(judgeApi(fixture('month-quota-gone'))).toMatchObject({ outcome: 'refused', alarm: true })
  })

  test('a ban holds everything back for five minutes, as JSON or as a page', () => {
    expect(judgeApi(fixture('ip-banned'))).toMatchObject({ outcome: 'banned', afterMs: 300_000 })
    expect(api(200, undefined, true)).toMatchObject({ outcome: 'banned' })
    expect(api(403, undefined, true)).toMatchObject({ outcome: 'banned' })
  })

  test('a page of a broken gateway is no ban', () => {
    expect(api(502, undefined, true)).toMatchObject({ outcome: 'busy' })
  })

  test('a stale token', () => {
    expect(judgeApi(fixture('token-invalid-new-api'))).toMatchObject({ outcome: 'stale-token' })
  })

  test.each([
    [400, 'invalidClientIdOrSecret', 'refused', true],
    [403, 'Forbidden.AccessDenied.QpsLimitForApi', 'busy', undefined],
    [403, 'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi', 'busy', undefined],
    [403, 'Forbidden.AccessDenied.IpNotInWhiteList', 'refused', true],
    [429, 'system.busy', 'busy', undefined],
    [500, 'systemBusy', 'busy', undefined],
    [500, 'system.error', 'busy', undefined],
    [400, 'send.too.fast', 'busy', undefined],
    [400, 'send.byToken.tooFast', 'busy', undefined],
    [400, 'too.many.group', 'busy', undefined],
    [503, 'Throttling.User', 'busy', undefined],
    [400, 'staffId.notExisted', 'refused', false],
    [400, 'robot.oto.notExist', 'refused', false],
    [400, 'group.disbanded', 'refused', false],
    [400, 'contain.unsafe.url', 'refused', false],
    [400, 'param.userIdNotExist', 'refused', false],
    [400, 'invalidParameter.robotCode.downloadCode', 'refused', false],
    [400, 'invalidParameter.robotCode.auth', 'refused', true],
    [400, 'param.templateNotExist', 'refused', true],
    [400, 'param.templateUnpublished', 'refused', true],
    [400, 'something.nobody.knows', 'refused', true],
  ])('%i %s is %s', (status, code, outcome, alarm) => {
    expect(api(status, { code, message: 'x' })).toMatchObject(alarm === undefined ? { outcome } : { outcome, alarm })
  })

  test.each([429, 500, 503, 504])('a bare %i is busy', (status) =>
    expect(api(status)).toMatchObject({ outcome: 'busy' }),
  )
  test('a bare 404 is for a person', () => expect(api(404)).toMatchObject({ outcome: 'refused', alarm: true }))
  test('success without JSON is no answer', () => expect(api(200)).toMatchObject({ outcome: 'unclear' }))

  test('reasons never quote what the vendor said', () => {
    const verdict = api(400, { code: 'param.error', message: 'value 17000009354 is bad' })
    expect(JSON.stringify(verdict)).not.toContain('17000009354')
  })
})

describe('answers of the old API', () => {
  test.each([
    [200, { errcode: 0, errmsg: 'ok' }, { outcome: 'ok' }],
    [200, { errcode: '0' }, { outcome: 'ok' }],
    [200, { errcode: 300001 }, { outcome: 'refused', code: '300001', alarm: false }],
    [200, { errcode: 40014 }, { outcome: 'stale-token' }],
    [200, { errcode: -1 }, { outcome: 'busy' }],
    [200, { errcode: 15, sub_code: 'isp.top-remote-connection-timeout' }, { outcome: 'busy' }],
    [200, { errcode: 90018 }, { outcome: 'busy', afterMs: 1_000 }],
    [200, { errcode: 90002 }, { outcome: 'busy', afterMs: 2_000 }],
    [200, { errcode: 130101 }, { outcome: 'busy', afterMs: 60_000 }],
    [200, { errcode: 90020 }, { outcome: 'refused', alarm: true }],
    [200, { errcode: 88, sub_code: '60011' }, { outcome: 'refused', alarm: true }],
    [200, { errcode: 88 }, { outcome: 'busy' }],
    [200, { errcode: 430101 }, { outcome: 'refused', alarm: false }],
    [200, {}, { outcome: 'unclear' }],
    [502, undefined, { outcome: 'busy' }],
    [404, undefined, { outcome: 'refused', alarm: true }],
  ] as const)('%i %j', (status, body, verdict) => expect(old(status, body)).toMatchObject(verdict))

  test('the fixtures', () => {
    expect(judgeOldApi(fixture('token-invalid-old-api'))).toMatchObject({ outcome: 'stale-token' })
    expect(judgeOldApi(fixture('custom-robot-sign'))).toMatchObject({ outcome: 'refused', alarm: true })
  })
})
