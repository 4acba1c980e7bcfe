import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { smsEntry, smsTask } from '../../handlers/sms-task.ts'
import { buildApp } from '../../src/app.ts'
import { connectorsCommand } from '../../src/commands/connectors.ts'
import { loadConfig } from '../../src/config.ts'
import { authorization, canonicalQuery, encoded } from '../../src/connectors/aliyun-calls.ts'
import { aliyunSms } from '../../src/connectors/aliyun-sms.ts'
import { readConnectors } from '../../src/connectors/registry.ts'
import { openFeed } from '../../src/feed-parts.ts'
import type { PushReading } from '../../src/hub/channel-port.ts'
import type { SmsSender } from '../../src/hub/sms.ts'
import { smsFigures, smsReceipts } from '../../src/hub/sms-receipts.ts'
import { smsSending } from '../../src/hub/sms-sending.ts'
import { filled } from '../../src/hub/sms-templates.ts'
import { feedTask } from '../../src/hub/take-push.ts'
import { openHub } from '../../src/hub-parts.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { smsSample } from '../../src/text/zh-sms.ts'
import { type AliyunWorld, account, fixture, openAliyun, templates } from '../fakes/aliyun-sms.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { databaseUrlOf } from '../kit/server.ts'

type Vector = {
  readonly id: string
  readonly expected: string
  readonly inputs: {
    readonly path: string
    readonly canonicalQuery: string
    readonly headers: Readonly<Record<string, string>>
    readonly accessKeyId: string
    readonly accessKeySecret: string
    readonly signedHeaders: string
  }
}
const { vectors } = JSON.parse(readFileSync(new URL('../fixtures/signatures.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
}

const never = new AbortController().signal
const noonMs = Date.parse('2026-11-23T12:00:00+08:00')
const phone = '13905714101'
const said: unknown[] = []

let fresh: FreshDatabase
let world: AliyunWorld
let sender: SmsSender
const base = movableClock()
const clock = { ...base, sleep: async (ms: number) => base.setOffset(base.offsetMs() + Math.ceil(ms)) }
const at = (ms: number) => base.setOffset(ms - Date.now())
const later = (ms: number) => base.setOffset(base.offsetMs() + ms)

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  said.length = 0
  at(noonMs)
  await fresh.database.sql`TRUNCATE sms_messages`
  world = await openAliyun(clock, (level, message, fields) => void said.push({ level, message, ...fields }))
  sender = smsSending({ database: fresh.database, vendor: world.sms, clock, log: silentLog })
})
afterEach(() => world.close())

const message = { phone, text: smsSample.text, title: smsSample.title, about: smsSample.about, ring: false }
const send = (key = 'k', more: object = {}) => sender.send({ ...message, ...more }, key, never)
const row = async () => {
  const [found] = await fresh.database.sql`SELECT state, tries, code, receipt FROM sms_messages`
  return found
}

describe('the vectors', () => {
  test.each(vectors.filter(({ id }) => id.startsWith('acs3')))('$id', ({ inputs, expected }) => {
    const { path, canonicalQuery: query, headers } = inputs
    expect(authorization({ ...inputs, path, query, headers })).toBe(
      `ACS3-HMAC-SHA256 Credential=${inputs.accessKeyId},SignedHeaders=${inputs.signedHeaders},Signature=${expected}`,
    )
    const params = Object.fromEntries([...new URLSearchParams(query)].toReversed())
    expect(canonicalQuery(params)).toBe(query)
  })

  test('whatever stands in a value is encoded so that only unreserved signs stay', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(encoded(text)).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/)
        expect(decodeURIComponent(encoded(text))).toBe(text)
      }),
    )
  })

  test('an empty value keeps its sign of equality', () => {
    expect(canonicalQuery({ b: '', a: '*' })).toBe('a=%2A&b=')
  })
})

describe('a message', () => {
  test('goes with the approved template, its values in one line and short enough', async () => {
    expect(await send()).toEqual({ outcome: 'sent', receipt: { id: world.sent[0]?.bizId } })
    expect(world.sent).toMatchObject([
      { phone, words: `【样例茶铺】${smsSample.title}：${smsSample.about}。请到工作群处理。` },
    ])
    await send('k2', { phone: '13905714102', title: `【急】\n${'长'.repeat(60)}`, about: undefined })
    expect(world.sent[1]?.words).toMatch(/^【样例茶铺】急 长{32}…：超24小时.{29,31}…。请到工作群处理。$/u)
    expect(JSON.stringify(said)).not.toContain(phone)
  })

  test('the same key is one message, however often it is carried out', async () => {
    for (let n = 0; n < 3; n++) expect(await send()).toMatchObject({ outcome: 'sent' })
    expect(world.sent).toHaveLength(1)
    expect(await row()).toMatchObject({ state: 'sent', tries: 1 })
  })

  test('an answer that was lost: the vendor is asked what it sent, and nothing goes twice', async () => {
    world.loseAnswer()
    expect(await send()).toEqual({ outcome: 'retry', reason: 'it may have been sent', afterMs: 30_000 })
    expect(await row()).toMatchObject({ state: 'sending' })
    later(30_000)
    expect(await send()).toMatchObject({ outcome: 'sent' })
    expect(world.asked).toEqual(['SendSms', 'QuerySendDetails'])
    expect(world.sent).toHaveLength(1)
  })

  test('an answer lost before midnight is looked for on both days', async () => {
    at(Date.parse('2026-11-23T23:59:50+08:00'))
    world.loseAnswer()
    await send('k', { urgent: true })
    later(30_000)
    expect(await send('k', { urgent: true })).toMatchObject({ outcome: 'sent' })
    expect(world.sent).toHaveLength(1)
  })

  test('a call that was never carried out is repeated once the vendor must know', async () => {
    world.down(true)
    expect(await send()).toMatchObject({ outcome: 'retry' })
    world.down(false)
    later(5_000)
    expect(await send()).toMatchObject({ outcome: 'retry', reason: 'it may have been sent' })
    expect(world.sent).toHaveLength(0)
    later(30_000)
    expect(await send()).toMatchObject({ outcome: 'sent' })
    expect(world.sent).toHaveLength(1)
  })

  test('words that mean nobody knows are treated so, though HTTP says 200', async () => {
    world.refuse({ Code: 'isp.SYSTEM_ERROR' })
    expect(await send()).toMatchObject({ outcome: 'retry', reason: 'it may have been sent' })
    expect(await row()).toMatchObject({ state: 'sending' })
  })

  test('what the vendor limits waits as long as it says, and is certainly not sent', async () => {
    await send('first')
    expect(await send('second')).toEqual({
      outcome: 'retry',
      reason: 'the vendor wants to wait: isv.BUSINESS_LIMIT_CONTROL',
      afterMs: 60_000,
    })
    later(60_000)
    expect(await send('second')).toMatchObject({ outcome: 'sent' })
    expect(world.asked).not.toContain('QuerySendDetails')
    later(60_000)
    world.refuse({ Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: '触发小时级流控Permits:5' })
    expect(await send('third')).toMatchObject({ outcome: 'retry', afterMs: 3_600_000 })
    world.refuse({ Code: 'isv.BUSINESS_LIMIT_CONTROL', Message: '触发天级流控Permits:10' })
    expect(await send('third')).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('for today') })
    world.refuse({ Code: 'Throttling.User' })
    expect(await send('fourth')).toMatchObject({ outcome: 'retry', afterMs: 5_000 })
    expect(await send('fifth')).toMatchObject({ outcome: 'retry' })
  })

  test('a refusal says what to do, and may be sent again once that is done', async () => {
    world.refuse({ Code: 'isv.AMOUNT_NOT_ENOUGH', Message: '账户余额不足' })
    expect(await send()).toEqual({ outcome: 'refused', reason: 'aliyun: the account has no money left: pay' })
    expect(await row()).toMatchObject({ state: 'refused', code: 'isv.AMOUNT_NOT_ENOUGH' })
    expect(await send()).toMatchObject({ outcome: 'sent' })
    expect(await send('k2', { phone: '12345' })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('no mobile number'),
    })
  })

  test('a clock that is wrong is put right by the vendor, once', async () => {
    world.skewMs(20 * 60_000)
    expect(await send()).toMatchObject({ outcome: 'sent' })
    expect(world.asked).toEqual(['SendSms', 'SendSms'])
    expect(world.sent).toHaveLength(1)
  })

  test('nobody is woken: from 22:00 to 8:00 only what is urgent goes', async () => {
    at(Date.parse('2026-11-23T22:00:01+08:00'))
    expect(await send()).toMatchObject({ outcome: 'retry', reason: 'messages go from 8:00 to 22:00' })
    const { afterMs } = (await send()) as { afterMs: number }
    expect(Math.abs(afterMs - (10 * 3_600_000 - 1_000))).toBeLessThan(2_000)
    at(Date.parse('2026-11-24T07:59:00+08:00'))
    expect(await send()).toMatchObject({ outcome: 'retry' })
    expect(world.asked).toEqual([])
    expect(await send('night', { urgent: true })).toMatchObject({ outcome: 'sent' })
    at(Date.parse('2026-11-24T08:00:01+08:00'))
    expect(await send()).toMatchObject({ outcome: 'sent' })
  })

  test('whatever happens on the way, and however often it is tried: one message at most, and one in the end', async () => {
    const trouble = fc.constantFrom('lost', 'busy', 'away', 'none')
    await fc.assert(
      fc.asyncProperty(fc.array(trouble, { maxLength: 4 }), async (way) => {
        const key = `p${world.asked.length}`
        const before = world.sent.length
        for (const how of [...way, 'none' as const]) {
          later(61_000)
          world.down(how === 'away')
          if (how === 'lost') world.loseAnswer()
          if (how === 'busy') world.refuse({ Code: 'Throttling.User' })
          await send(key).catch(() => undefined)
        }
        world.clear()
        later(61_000)
        expect(await send(key)).toMatchObject({ outcome: 'sent' })
        expect(world.sent.length - before).toBe(1)
      }),
      { numRuns: 15 },
    )
  })

  test('two processes that carry out one row send one message', async () => {
    const both = await Promise.all([send(), send()])
    expect(world.sent).toHaveLength(1)
    expect(both.filter(({ outcome }) => outcome === 'sent')).not.toHaveLength(0)
  })
})

const push = (raw: string, pathSecret = account.pathSecret): PushReading => {
  if (world.sms.readPush === undefined) throw new Error('no receipts')
  const body = Buffer.from(raw)
  return world.sms.readPush({
    method: 'POST',
    query: new URLSearchParams(),
    header: () => undefined,
    raw: body,
    pathSecret,
    nowMs: noonMs,
  })
}

const hintsIn = (read: PushReading) => (read.outcome === 'told' ? read.hints : [])

describe('receipts', () => {
  test('are told once each, without the number, and answered with a code that is a number', () => {
    const read = push(fixture('receipts.json'))
    expect(read).toEqual({
      outcome: 'told',
      answer: { status: 200, body: '{"code":0,"msg":"接收成功"}', type: 'application/json' },
      hints: [
        {
          key: expect.stringMatching(/^[0-9a-f]{32}$/),
          about: {
            kind: 'sms',
            id: 'cd-0123456789abcdef0123456789abc',
            isDelivered: true,
            code: 'DELIVERED',
            atMs: Date.parse('2026-11-23T10:00:09+08:00'),
          },
        },
        {
          key: expect.stringMatching(/^[0-9a-f]{32}$/),
          about: expect.objectContaining({ isDelivered: false, code: 'MK:0012' }),
        },
      ],
    })
    expect(push(fixture('receipts.json'))).toEqual(read)
    expect(new Set(hintsIn(read).map(({ key }) => key)).size).toBe(2)
    expect(JSON.stringify(read)).not.toContain('139057')
  })

  test('without the secret in the address nothing is read; another shape is refused', () => {
    for (const secret of ['', `${account.pathSecret}x`])
      expect(push(fixture('receipts.json'), secret)).toMatchObject({ outcome: 'refused', status: 403 })
    expect(() => push('{"phone_number":"1"}')).toThrow(/list/)
    expect(() => push('[{"success":true}]')).toThrow(/biz_id/)
    const ours = '{"phone_number":"1","biz_id":"b","success":true}'
    expect(push(`[${ours}]`)).toMatchObject({ hints: [{ about: { kind: 'nothing' } }] })
    // one that cannot be read does not hold up the others
    expect(push(`[{"success":true},${ours}]`)).toMatchObject({ hints: [{ about: { kind: 'nothing' } }] })
  })

  test('make the figures of each template, and settle a call nobody knows the outcome of', async () => {
    const receipts = smsReceipts(fresh.database, silentLog)
    const heard = async (more: object) => {
      const [last] = world.sent.slice(-1)
      const read = push(
        world.receiptOf(last ?? { phone, words: '', outId: 'x', bizId: 'b', atMs: noonMs }, { ...more }),
      )
      for (const { about } of hintsIn(read)) if (about.kind === 'sms') await receipts.heard('aliyun-sms', about)
    }
    await send('k1')
    await heard({})
    await heard({ success: false, err_code: 'LATE' })
    later(60_000)
    await send('k2')
    await heard({ success: false, err_code: 'MK:0012' })
    later(60_000)
    world.loseAnswer()
    await send('k3')
    await heard({})
    expect(await send('k3')).toMatchObject({ outcome: 'sent' })
    await heard({ out_id: 'of-another-system' })
    world.refuse({ Code: 'isv.AMOUNT_NOT_ENOUGH' })
    await send('k4')
    expect(world.sent).toHaveLength(3)
    expect(await smsFigures(fresh.database, 'aliyun-sms', noonMs - 1)).toEqual([
      { template: 'SMS_460001', sent: 3, delivered: 2, undelivered: 1, refused: 1 },
    ])
    expect(await smsFigures(fresh.database, 'another', 0)).toEqual([])
  })
})

describe('the library of templates', () => {
  const problems = (library: readonly object[]) => {
    const read = aliyunSms.settings.safeParse({ ...account, templates: library })
    return read.success ? [] : read.error.issues.map(({ message }) => message)
  }
  const good = templates[0] ?? { purpose: 'overdue', code: '', text: '' }

  test('a variable nobody fills in, one that is not closed, none at all, and a purpose twice are refused', () => {
    expect(problems(templates)).toEqual([])
    expect(problems([{ ...good, text: `\${who}超时` }])).toEqual([
      `SMS_460001: there is no \${who} for overdue, only title, about, text`,
    ])
    expect(problems([{ ...good, text: `\${title}和\${about` }])).toEqual([`SMS_460001: a \${ is not closed`])
    expect(problems([{ ...good, text: '有事项超时' }])).toEqual([expect.stringContaining('nothing is filled in')])
    expect(problems([good, { ...good, code: 'SMS_460002' }])).toEqual(['two templates are for overdue'])
    expect(problems([{ ...good, purpose: 'urgent' }])).toEqual(['a template for overdue is missing'])
    expect(problems([{ ...good, code: '460001' }])).not.toEqual([])
  })

  test('what is urgent takes a template of its own where there is one', async () => {
    await world.close()
    const urgent = { purpose: 'urgent' as const, code: 'SMS_460009', text: `加急：\${text}` }
    world = await openAliyun(clock, silentLog, [...templates, urgent])
    sender = smsSending({ database: fresh.database, vendor: world.sms, clock, log: silentLog })
    await send('k', { ring: true })
    await send('k2', { phone: '13905714102' })
    expect(world.sent.map(({ words }) => words.slice(6, 9))).toEqual(['加急：', '超24'])
    expect(filled({ ...urgent, mostChars: 8 }, smsSample)).toBe('加急：超24小时未处…')
  })

  test('doctor compares it with what the vendor approved', async () => {
    await world.check()
    world.approve('0')
    await expect(world.check()).rejects.toThrow('SMS_460001 is not approved yet')
    world.approve('1', `\${name}有事项`)
    await expect(world.check()).rejects.toThrow('has the variables name')
    world.approve('1', `\${about}，\${title}`)
    await world.check()
    world.refuse({ Code: 'SignatureDoesNotMatch' })
    await expect(world.check()).rejects.toThrow('copy the access key secret again')
  })
})

test('an entry of connectors.json makes the rung real: the task sends, and the receipt comes in by the door', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'chadan-sms-'))
  const file = join(dir, 'connectors.json')
  const { database } = fresh
  const dataKeyHex = '5a'.repeat(32)
  const store = { target: fresh.target, database, personal: testPersonal, dataKeyHex, close: async () => {} }
  const secrets = { KEY_ID: account.accessKeyId, KEY: account.accessKeySecret, PATH_SECRET: account.pathSecret }
  const entry = {
    kind: 'aliyun-sms',
    accessKeyId: 'env:KEY_ID',
    accessKeySecret: 'env:KEY',
    pathSecret: 'env:PATH_SECRET',
    signName: account.signName,
    templates,
    baseUrl: `${world.url}/`,
  }
  await writeFile(file, JSON.stringify({ connectors: [entry] }))
  const hub = openHub({ store, dataDir: dir, clock, log: silentLog })
  try {
    base.setOffset(0)
    const config = { ...loadConfig(secrets), connectorsFile: file }
    const fed = openFeed({ config, store, hub, log: silentLog, wake: () => undefined })
    if (fed.sms === undefined) throw new Error('no sms')
    const { payload } = smsEntry({ key: 'k', memberId: 'm', urgent: true, ...message })
    const carried = await smsTask({ sender: fed.sms, phoneOf: async () => phone })(payload, 'k', never)
    expect(carried).toMatchObject({ outcome: 'done', receipt: { id: world.sent[0]?.bizId } })
    const app = buildApp({ mounts: [...fed.doors], checks: {}, log: silentLog, home: undefined })
    const [first] = world.sent
    if (first === undefined) throw new Error('nothing was sent')
    const body = world.receiptOf(first)
    const pushed = (secret: string) => app.request(`/callback/aliyun-sms/${secret}`, { method: 'POST', body })
    expect((await pushed('guess')).status).toBe(403)
    for (let n = 0; n < 2; n++)
      expect(await (await pushed(account.pathSecret)).json()).toEqual({ code: 0, msg: '接收成功' })
    const due = await hub.outbox.due(10)
    expect(due).toHaveLength(1)
    const claim = await hub.outbox.claim(due[0]?.key ?? '', 1_000)
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome)
    expect(claim.row.task).toBe(feedTask)
    expect(await fed.tasks[feedTask]?.(claim.row.payload, claim.row.key, never)).toEqual({ outcome: 'done' })
    expect(await row()).toMatchObject({ state: 'delivered' })
    const printed: string[] = []
    const listed = { ...config, dataDir: dir, databaseUrl: databaseUrlOf(fresh.target) }
    const print = (line: string) => void printed.push(line)
    expect(await connectorsCommand.run({ args: ['list'], config: listed, log: silentLog, print })).toBe(0)
    expect(printed).toEqual([
      'aliyun-sms\taliyun-sms\tsms\t',
      [
        '\toverdue\tSMS_460001\t1 sent, 1 delivered, 0 not, 0 refused in 7 days\t',
        `${smsSample.title}：${smsSample.about}。请到工作群处理。`,
      ].join(''),
    ])
  } finally {
    await hub.close()
    await rm(dir, { recursive: true, force: true })
  }
})

test('secrets written into the file are refused', () => {
  const text = JSON.stringify({ connectors: [{ kind: 'aliyun-sms', ...account, templates }] })
  expect(() => readConnectors(text, () => 'x')).toThrow(/accessKeyId must be env:NAME.*pathSecret must be env:NAME/)
})
