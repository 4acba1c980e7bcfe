import type { z } from 'zod'
import type { Adapter, AdapterParts } from '../../src/connectors/adapter.ts'
import type { SalesChannel, Told } from '../../src/hub/channel-port.ts'
import type { CommandOf } from '../../src/hub/commands.ts'
import { vendor } from '../../src/runtime/vendor-call.ts'
import { type Row, type WdtRows, wdtFrames, wdtRows } from '../fakes/wdt-rows.ts'

const nowMs = Date.parse('2026-11-26T12:00:00+08:00')

/** Waiting takes no time, but moves the clock. */
function jumpingClock() {
  let atMs = nowMs
  const moveMs = (ms: number) => {
    atMs += ms
  }
  return { nowMs: () => atMs, moveMs, sleep: async (ms: number) => moveMs(ms) }
}

type Fake = (rows: WdtRows, nowMs: () => number) => Promise<{ readonly url: string; close(): Promise<void> }>

/** One edition of 旺店通 with a shop of 京东, against its fake. */
export async function openWdt<S extends z.ZodType>(
  edition: 'flagship' | 'enterprise',
  { settings, open }: Adapter<S>,
  fake: Fake,
  account: Row,
  changed: Row = {},
) {
  const rows = wdtRows()
  const clock = jumpingClock()
  const logged: Record<string, unknown>[] = []
  const server = await fake(rows, () => clock.nowMs())
  const parts: AdapterParts = {
    clock,
    tokens: { get: async () => '', drop: async () => undefined },
    log: (_level, message, fields) => {
      logged.push({ message, ...fields })
    },
    vendor: (options) => vendor({ ...options, clock }),
    publicUrl: undefined,
  }
  const shops = [{ shopNo: 'JD01', shop: '京东自营店', channel: 'jd', defaultCarrier: 'YTO' }]
  const given = settings.parse({ ...account, shops, callsPerMinute: 600, baseUrl: server.url, ...changed })
  const connector = open('wdt', given, parts)
  const [channel] = connector.channels ?? []
  const { commands, stock } = connector
  if (channel === undefined || commands === undefined || stock === undefined) throw new TypeError('all of it is there')
  return { rows, clock, logged, connector, channel, commands, stock, frames: wdtFrames(edition), close: server.close }
}

const signal = new AbortController().signal

/** All that a window told. */
export async function windowOf(channel: SalesChannel, fromMs: number, toMs: number): Promise<Told> {
  const told: Told[] = []
  for await (const one of channel.pullWindow(fromMs, toMs, signal)) told.push(one)
  return {
    orders: told.flatMap(({ orders }) => orders),
    returns: told.flatMap(({ returns }) => returns),
    faulty: told.flatMap(({ faulty }) => faulty ?? []),
  }
}

export const beijing = (text: string) => Date.parse(`${text.replace(' ', 'T')}+08:00`)

export const wdtTid = '295811220001'

/** Two lines of that order are to come back. */
export const expected: CommandOf<'wms.expect_return'> = {
  name: 'wms.expect_return',
  payload: {
    returnId: 'R26112200017',
    channel: 'jd',
    shop: '京东自营店',
    orderNo: wdtTid,
    waybillNo: 'SF1300000000001',
    carrier: 'SF',
    reason: '不喜欢',
    refundFen: '14500',
    lines: [
      { lineKey: `${wdtTid}-1`, sku: 'YW-250', name: '云雾绿茶', qty: 2 },
      { lineKey: `${wdtTid}-2`, sku: 'GW-01', name: '盖碗', qty: 1 },
    ],
  },
}
