import { readFile, writeFile } from 'node:fs/promises'
import { csvFile } from '../connectors/sheet-write.ts'
import { customsParts } from '../customs-parts.ts'
import type { Database } from '../db/client.ts'
import { parseCsv } from '../hub/csv.ts'
import type { CustomsGood } from '../hub/customs-papers.ts'
import { openHub } from '../hub-parts.ts'
import { systemClock } from '../runtime/clock.ts'
import { openStore } from '../store.ts'
import { customsLines } from '../text/zh-customs.ts'
import type { Command } from './command.ts'

const usage = `customs goods FILE.csv: takes the positive list: sku, itemName, model, hsCode, unit, country (customs' codes).
customs papers FILE.json: takes papers of cross-border orders (one, or a list), compares them, and declares what agrees.
customs csv OUT.csv: every declaration with its state and numbers, without people.`

const columns = ['sku', 'itemName', 'model', 'hsCode', 'unit', 'country'] as const

export const customsCommand: Command = {
  usage,
  run: async ({ args: [verb, file], config, log, print }) => {
    if ((verb !== 'goods' && verb !== 'papers' && verb !== 'csv') || file === undefined) {
      print(usage)
      return 1
    }
    const text = verb === 'csv' ? '' : await readFile(file, 'utf8')
    const store = await openStore(config, 'command', log)
    const hub = openHub({ store, dataDir: config.dataDir, clock: systemClock, log })
    try {
      const { customs } = customsParts({ store, hub, connectors: [], clock: systemClock, log })
      if (verb === 'csv') {
        const rows = await declared(store.database)
        await writeFile(file, csvFile({ headers, rows }))
        print(`${rows.length} declarations written to ${file}.`)
        return 0
      }
      if (verb === 'goods') {
        const goods = goodsIn(text)
        if (goods === undefined) {
          print(`The first line must name the columns ${columns.join(', ')}.`)
          return 1
        }
        print(`${await customs.takeGoods(goods)} goods taken.`)
        return 0
      }
      const told: unknown = JSON.parse(text)
      let wrong = 0
      for (const papers of Array.isArray(told) ? told : [told]) {
        const taken = await customs.takePapers(papers)
        wrong += taken.outcome === 'given' ? 0 : 1
        const of = String((papers as { orderNo?: unknown })?.orderNo ?? '?')
        if (taken.outcome === 'blocked')
          print([of, ...taken.problems.map(({ code, field }) => customsLines.problem(code, field))].join('\t'))
        else print(`${of}\t${taken.outcome === 'unreadable' ? taken.problem : taken.outcome}`)
      }
      return wrong === 0 ? 0 : 1
    } finally {
      await hub.close()
      await store.close()
    }
  },
}

const headers = ['channel', 'shop', 'order', 'state', 'guid', 'preNo', 'listNo', 'yuan', 'problems', 'told']

async function declared({ sql }: Database): Promise<readonly (readonly string[])[]> {
  const rows = await sql<{ cells: string[] }[]>`
    SELECT ARRAY[o.channel, o.shop, o.order_no, d.state, d.guid, coalesce(d.pre_no, ''), coalesce(d.list_no, ''),
      round(d.total_fen / 100.0, 2)::text, (SELECT coalesce(string_agg(p->>'code', ' '), '') FROM jsonb_array_elements(d.problems) p),
      coalesce(to_char(d.told_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), '')] AS cells
    FROM customs_declarations d JOIN orders o ON o.id = d.order_id ORDER BY d.made_at, d.order_id`
  return rows.map(({ cells }) => cells)
}

function goodsIn(text: string): readonly CustomsGood[] | undefined {
  const [head, ...rows] = parseCsv(text)
  const at = columns.map((column) => head?.cells.indexOf(column) ?? -1)
  if (at.includes(-1)) return undefined
  return rows.map(({ cells }) => {
    const [sku = '', itemName = '', model = '', hsCode = '', unit = '', country = ''] = at.map(
      (place) => cells[place] ?? '',
    )
    return { sku, itemName, model, hsCode, unit, country }
  })
}
