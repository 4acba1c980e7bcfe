import { text as textOf } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { openWecomReply, wecomCurl } from '../../bot/wecom/curl.ts'
import { practiceSettings } from '../../bot/wecom/practice.ts'
import type { DoorSettings } from '../../bot/wecom/settings.ts'
import type { Config } from '../config.ts'
import { loadDataKey } from '../hub/data-key.ts'
import { systemClock } from '../runtime/clock.ts'
import { randomIds } from '../runtime/ids.ts'
import type { Command } from './command.ts'

const usage = `wecom-curl TEXT [--from USERID] [--url http://127.0.0.1:8787]: a curl line that posts TEXT to the running desk as WeCom
would: signed and encrypted with WECOM_*, or with this installation's practice settings where those are not set.
wecom-curl --open: decrypts the desk's answer from standard input:
  npm run -s cli -- wecom-curl "TEXT" | sh | npm run -s cli -- wecom-curl --open`

/** The settings the running desk's WeCom door was opened with. */
export async function doorSettings(config: Config): Promise<DoorSettings> {
  if (config.wecom !== undefined) return config.wecom
  const { keyHex } = await loadDataKey({ dataDir: config.dataDir, fromEnv: config.dataKey })
  return practiceSettings(keyHex)
}

export const wecomCurlCommand: Command = {
  usage,
  run: async ({ args, config, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        from: { type: 'string', default: 'LiTing' },
        url: { type: 'string' },
        open: { type: 'boolean', default: false },
      },
    })
    const settings = await doorSettings(config)
    if (values.open) {
      print(openWecomReply(settings, await textOf(process.stdin)) || '(empty: nothing to say in the callback)')
      return 0
    }
    const text = positionals.join(' ')
    if (text === '') {
      print(usage)
      return 1
    }
    const url = values.url ?? `http://127.0.0.1:${config.port}`
    const parts = { config: settings, text, fromUserId: values.from, url, nowMs: systemClock.nowMs(), ids: randomIds() }
    print(wecomCurl(parts))
    return 0
  },
}
