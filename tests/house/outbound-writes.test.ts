import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesBelow, root } from './tree.ts'

// Product row 8: reading is broad, writing is a closed list. Whoever adds a way out adds it here, with its reason.

/** product §0: WMS 拣货任务/待收货, CRM 通知/字段/服务记录, ERP 应收/赠品冻结与释放, 海关预申报; and the to-do of the list of messages. */
const closedList = [
  'wms.expect_return',
  'wms.cancel_expected',
  'wms.pick',
  'crm.notice',
  'crm.field',
  'crm.service_record',
  'erp.receivable',
  'erp.gift_freeze',
  'erp.gift_release',
  'customs.predeclare',
  'todo.open',
  'todo.close',
].sort()

/** Files that open a connection to another system by HTTP, and for what. */
const waysOut: Readonly<Record<string, string>> = {
  'bot/dingtalk/call.ts': 'messages, cards and to-dos of DingTalk',
  'bot/dingtalk/media.ts': 'reads a photo',
  'bot/relay.ts': 'the edge hands events to its own hub',
  'bot/wecom/aibot-media.ts': 'reads a photo',
  'bot/wecom/api.ts': 'messages and cards of WeCom',
  'src/runtime/vendor-call.ts': 'connectors: reads, and the commands of the closed list',
}

const sources = (await Promise.all(['src', 'handlers', 'cards', 'bot'].map(filesBelow)))
  .flat()
  .filter((path) => /\.ts$/.test(path) && !path.startsWith('src/console/'))
const texts = new Map(
  await Promise.all(sources.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const)),
)

test('the list of commands is the list of the product', () => {
  const body = /export type CommandPayloads = \{([\s\S]*?)\n\}/.exec(texts.get('src/hub/commands.ts') ?? '')?.[1] ?? ''
  const declared = [...body.matchAll(/readonly '([a-z_]+\.[a-z_]+)':/g)].map(([, name]) => name)
  expect(declared.sort()).toEqual(closedList)
})

test('no file names a command that is not on it', () => {
  const strangers = [...texts].flatMap(([path, text]) =>
    [...text.matchAll(/'((?:wms|crm|erp|customs|todo)\.[a-z_]+)'/g)]
      .map(([, name = '']) => name)
      // names of sources that are read: src/hub/sources.ts
      .filter((name) => !closedList.includes(name) && !/\.(push|pull|watch|stock|feed|query)$/.test(name))
      .map((name) => `${path}: ${name}`),
  )
  expect(strangers).toEqual([])
})

test('nothing opens a connection but what is named here', () => {
  const found = [...texts].flatMap(([path, text]) => (usesFetch(text) ? [path] : []))
  expect(found.sort()).toEqual(Object.keys(waysOut).sort())
})

/** The global one, called or handed on; a local thing of the same name is none of it. */
function usesFetch(text: string): boolean {
  return /(?:= |\?\? |await )fetch\b/.test(text) && !/const fetch =/.test(text)
}
