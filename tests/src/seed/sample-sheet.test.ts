import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { readSheet } from '../../../src/connectors/sheet-reader.ts'
import { jushuitanWorkbook, wangdianCsv } from '../../../src/seed/sample-sheet.ts'

it.each([
  ['sample-orders.xlsx', jushuitanWorkbook],
  ['sample-orders-wdt.csv', wangdianCsv],
])('docs/%s is what its script makes', async (name, make) => {
  const committed = await readFile(new URL(`../../../docs/${name}`, import.meta.url))
  // compared by content: how well a workbook is compressed may differ between versions of Node
  const content = await readSheet(committed)
  expect(content.outcome).toBe('read')
  expect(content).toEqual(await readSheet(make()))
})
