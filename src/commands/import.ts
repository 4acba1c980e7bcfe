import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { replyText } from '../../handlers/ask-line.ts'
import { reportReply } from '../../handlers/sheet-import.ts'
import { errorContent, workbookFile } from '../connectors/sheet-write.ts'
import type { ErrorRows } from '../hub/sheet-tally.ts'
import { openHub } from '../hub-parts.ts'
import { systemClock } from '../runtime/clock.ts'
import { openStore } from '../store.ts'
import { fieldOfName } from '../text/sheet-columns.ts'
import { problemText, sheetTexts } from '../text/zh-sheets.ts'
import type { Command } from './command.ts'

const usage = `import FILE [--shop JXS07] [--map FIELD=HEADER]... [--errors OUT.xlsx]: takes a distributor's sheet (xlsx, xls, csv, tsv).
  --shop    the distributor, where the sheet does not say so
  --map     which column holds a field, remembered for sheets with this header row: --map orderNo=HEADER
  --errors  writes the rows that were not taken, to be corrected and handed in again`

export const importSheet: Command = {
  usage,
  run: async ({ args, config, log, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        shop: { type: 'string' },
        map: { type: 'string', multiple: true, default: [] },
        errors: { type: 'string' },
      },
    })
    const [file] = positionals
    const columns = values.map.map((told) => {
      const [name = '', header] = told.split('=', 2)
      return [fieldOfName(name), header] as const
    })
    if (file === undefined || columns.some(([field, header]) => field === undefined || header === undefined)) {
      print(usage)
      return 1
    }
    const bytes = await readFile(file)
    const store = await openStore(config, 'command', log)
    const hub = openHub({ store, dataDir: config.dataDir, clock: systemClock, log })
    try {
      const done = await hub.imports.importFile({
        bytes,
        fileName: basename(file),
        sender: 'cli',
        toldAtMs: systemClock.nowMs(),
        ...(values.shop === undefined ? {} : { shop: values.shop }),
        ...(columns.length === 0 ? {} : { columns: Object.fromEntries(columns) }),
      })
      print(replyText(reportReply(done, basename(file), systemClock.nowMs())))
      if (done.outcome === 'imported' && values.errors !== undefined && done.errors.rows.length > 0)
        await writeFile(values.errors, errorsWorkbook(done.errors))
      return done.outcome === 'imported' || done.outcome === 'unchanged' ? 0 : 1
    } finally {
      await hub.close()
      await store.close()
    }
  },
}

/** The rows that were not taken, each with what is wrong in front. */
function errorsWorkbook({ headers, rows }: ErrorRows): Uint8Array {
  const worded = rows.map(({ cells, problems }) => ({ cells, words: problems.map(problemText).join('; ') }))
  return workbookFile(errorContent(sheetTexts.problemHeader, { headers, rows: worded }), sheetTexts.problems)
}
