import type { StockSource } from '../hub/back-office-port.ts'
import type { Command, CommandOutcome, CommandPort } from '../hub/commands.ts'
import type { StockLot } from '../hub/stock.ts'
import type { Clock } from '../runtime/clock.ts'
import { BadPayload, PlatformRefused } from '../runtime/errors.ts'
import { type Json, jsonText } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { wdtWords } from '../text/zh-wdt.ts'
import type { AdapterParts, Connector } from './adapter.ts'
import { md5Hex } from './digests.ts'
import { lastPageFirst } from './paging.ts'
import { patiently } from './patience.ts'
import { reasonIn, restMs } from './wdt-calls.ts'
import { wdtChannel } from './wdt-channel.ts'
import type { WdtSettings, WdtSystem } from './wdt-system.ts'
import { readEach } from './wire-values.ts'

/** One 旺店通 as the hub sees it: a channel for each shop, the stock, and the command 待收货. */
export function wdtConnector(name: string, given: WdtSettings, system: WdtSystem, parts: AdapterParts): Connector {
  const { clock, log } = parts
  const check: Connector['check'] = async (signal) => {
    const nowMs = clock.nowMs()
    for (const { shopNo } of given.shops)
      await system.stockOuts.page({ fromMs: nowMs - 120_000, toMs: nowMs - 60_000, shopNo }, 0, signal)
  }
  return {
    channels: given.shops.map((shop) =>
      wdtChannel({ name, system, clock, splitOrders: given.splitOrders, check }, shop),
    ),
    stock: wdtStock(name, system, { clock, log }),
    commands: wdtCommands(name, given, system, clock),
    check,
  }
}

function wdtStock(name: string, system: WdtSystem, { clock, log }: { clock: Clock; log: Log }): StockSource {
  type Wanted = Parameters<WdtSystem['stockPage']>[0]
  const lotsOf = async (wanted: Wanted, signal: AbortSignal) => {
    const readAtMs = clock.nowMs()
    const pageOf = (page: number) => system.stockPage(wanted, page, signal)
    const lots: StockLot[] = []
    const unread = new Set<string | undefined>()
    for await (const rows of lastPageFirst({ size: system.pageSize, pageOf, idOf: rowKey })) {
      const skuOf = (row: Json) => jsonText(row, 'spec_no')
      const { values, faulty } = readEach(rows, skuOf, (row) => system.readStock(row, readAtMs))
      for (const { id, problem } of faulty) {
        log('error', 'an item of a source cannot be read', { connector: name, id, problem, alarm: true })
        unread.add(id)
      }
      lots.push(...values)
    }
    // half of what is known of a SKU would be less than there is
    return { lots: lots.filter(({ sku }) => !unread.has(sku)), whole: unread.size === 0 }
  }
  return {
    name,
    source: 'wms.pull',
    everyMs: 10 * 60_000,
    stockOf: async (skus, signal) => {
      const lots: StockLot[] = []
      for (const some of inPieces(skus, system.skusAtOnce)) {
        const told = await lotsOf({ skus: some }, signal)
        if (!told.whole) throw new BadPayload('a row of the stock asked for cannot be read')
        lots.push(...told.lots)
      }
      return lots
    },
    // a row that changed is one warehouse of a SKU; all lots of it are asked for, because they replace what is known
    stockChanged: async function* (fromMs, toMs, signal) {
      const changed = await patiently(clock, signal, () => lotsOf({ fromMs, toMs }, signal))
      const skus = [...new Set(changed.lots.map((lot) => lot.sku))]
      for (const some of inPieces(skus, system.skusAtOnce))
        yield (await patiently(clock, signal, () => lotsOf({ skus: some }, signal))).lots
    },
  }
}

function inPieces<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))
}

/** What tells two rows of stock apart. */
function rowKey(row: Json): string {
  const { rec_id, spec_no, warehouse_no, defect } = row as Record<string, Json>
  return JSON.stringify([rec_id ?? null, spec_no ?? null, warehouse_no ?? null, defect ?? null])
}

/**
 * The command 待收货: the warehouse expects the goods of a return. Our key makes the number under which the vendor keeps it, and
 * what it has under a number it changes instead of making it again; so after an unknown outcome the same call is right, and what
 * the warehouse has already is looked up first.
 */
function wdtCommands(name: string, given: WdtSettings, system: WdtSystem, clock: Clock): CommandPort {
  return {
    name,
    // taking back is taken too, so that nothing else says "done": the vendor's answer to a cancelled request is not documented
    takes: ['wms.expect_return', 'wms.cancel_expected'],
    run: async (command: Command, key, signal): Promise<CommandOutcome> => {
      if (command.name === 'wms.cancel_expected') return { outcome: 'refused', reason: byHand }
      if (command.name !== 'wms.expect_return')
        return { outcome: 'refused', reason: `${name} does not take ${command.name}` }
      const goods = command.payload
      const shop = given.shops.find((one) => one.channel === goods.channel && one.shop === goods.shop)
      if (shop === undefined)
        return { outcome: 'refused', reason: `the shop is none of ${name}: add it to its "shops" in connectors.json` }
      if (goods.lines.length === 0) return { outcome: 'refused', reason: 'the return names no goods' }
      const refundNo = refundNumber(key)
      const receipt = { refundNo, shopNo: shop.shopNo }
      try {
        const known = await system.refunds.page({ rawRefundNo: refundNo, shopNo: shop.shopNo }, 0, signal)
        if (known.rows.length > 0) return { outcome: 'done', receipt: { ...receipt, found: 'before' } }
        const pushed = await system.pushRefund({ refundNo, shopNo: shop.shopNo, goods, atMs: clock.nowMs() }, signal)
        if (pushed.outcome === 'pushed') return { outcome: 'done', receipt: { ...receipt, ...pushed.receipt } }
        if (wdtWords.busy.test(pushed.words))
          return { outcome: 'retry', reason: 'the vendor was called too often', afterMs: restMs }
        return { outcome: 'refused', reason: `the vendor did not take the return: ${reasonIn(pushed.words)}` }
      } catch (error) {
        if (error instanceof PlatformRefused) return { outcome: 'refused', reason: error.message }
        throw error
      }
    },
  }
}

const byHand =
  'the warehouse still expects the goods: cancel the after-sale order of this return in the console of the vendor'

/** At most 40 characters at this vendor. */
function refundNumber(key: string): string {
  return /^[\w-]{1,40}$/.test(key) ? key : `CD${md5Hex(key)}`
}
