import { wecomEcho } from '../../bot/wecom/curl.ts'
import { runChecks } from '../app.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/client.ts'
import { movableClock } from '../runtime/clock.ts'
import { CannotStart } from '../runtime/errors.ts'
import { randomIds } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import { type Desk, openDesk } from '../services.ts'
import { openStore, type Store } from '../store.ts'
import type { Command } from './command.ts'
import { checkConnectors } from './connector-checks.ts'
import { readerVerdict } from './reader-check.ts'
import { doorSettings } from './wecom-curl.ts'

const usage = 'doctor: a line a check with what to do about it; exit code 1 while the desk is not ready.'

/** undefined = fine. */
type Verdict = { readonly check: string; readonly repair: string | undefined; readonly note?: string }

const mostSkewMs = 60_000

export const doctor: Command = {
  usage,
  run: async ({ config, log, print }) => {
    const verdicts: Verdict[] = [{ check: 'configuration', repair: undefined, note: whatIsOn(config) }]
    const store = await openStore(config, 'command', log).catch((error: unknown) => {
      if (!(error instanceof CannotStart)) throw error
      verdicts.push({ check: 'database', repair: error.message })
    })
    if (store !== undefined) {
      try {
        verdicts.push({ check: 'migrations and data key', repair: undefined })
        verdicts.push(...(await databaseVerdicts(store.database)), ...(await deskVerdicts(config, store, log)))
      } finally {
        await store.close()
      }
    }
    for (const { check, repair, note } of verdicts)
      print(`${repair === undefined ? 'ok  ' : 'FAIL'} ${check}${(repair ?? note) ? `: ${repair ?? note}` : ''}`)
    return verdicts.every(({ repair }) => repair === undefined) ? 0 : 1
  },
}

/** Its parts, each tried; one line with the reason where it cannot even start. */
async function deskVerdicts(config: Config, store: Store, log: Log): Promise<readonly Verdict[]> {
  let desk: Desk
  try {
    desk = openDesk({ config, store, clock: movableClock(), log })
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error
    return [{ check: 'start', repair: error.message }]
  }
  try {
    const faults = await runChecks(desk.checks)
    return [
      ...Object.keys(desk.checks).map((check) => ({ check, repair: faults[check] })),
      ...(config.wecom !== undefined || config.play ? [await callbackVerdict(desk, config)] : []),
      await membersVerdict(store.database, config),
      await readerVerdict(config.ocrReader, log),
      ...(await checkConnectors(desk.fed)),
    ]
  } finally {
    await desk.close()
  }
}

function whatIsOn({ wecom, dingtalk, play, redisUrl, databaseUrl }: Config): string {
  const on = [wecom && 'WeCom', dingtalk && 'DingTalk', play && 'play page'].filter(Boolean)
  const base = databaseUrl === undefined ? 'embedded PostgreSQL' : 'PostgreSQL of DATABASE_URL'
  return `${on.join(', ') || 'no platform'}; ${base}; queue on ${redisUrl === undefined ? 'PostgreSQL' : 'Redis'}`
}

/** What would lose answered messages or fire deadlines at the wrong time (reliability.md, figures to use). */
async function databaseVerdicts({ sql }: Database): Promise<readonly Verdict[]> {
  const [row] = await sql<{ fsync: string; commit: string; nowMs: number }[]>`
    SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs"`
  const skewMs = Math.abs((row?.nowMs ?? 0) - Date.now())
  return [
    {
      check: 'database durability',
      repair:
        row?.fsync === 'on' && row.commit !== 'off'
          ? undefined
          : 'fsync or synchronous_commit is off: turn both on, or a power cut loses answered messages.',
    },
    {
      check: 'clock',
      repair:
        skewMs <= mostSkewMs
          ? undefined
          : `this machine and the database differ by ${Math.round(skewMs / 1000)} s: let NTP set both.`,
    },
  ]
}

/** Keys, signature and encryption of the WeCom door, tried on the door itself as WeCom does when the address is saved. */
async function callbackVerdict({ app }: Desk, config: Config): Promise<Verdict> {
  const { path, expects } = wecomEcho({ config: await doorSettings(config), nowMs: Date.now(), ids: randomIds() })
  const answer = await app.request(path)
  const fine = answer.status === 200 && (await answer.text()) === expects
  const repair = 'the door does not answer its own check: copy WECOM_TOKEN and WECOM_ENCODING_AES_KEY again.'
  return { check: 'wecom callback round trip', repair: fine ? undefined : repair }
}

/** Somebody has to be allowed to ask. Who decides returns but is on one platform only is named: alarms reach him on one way. */
async function membersVerdict({ sql }: Database, { wecom, dingtalk }: Config): Promise<Verdict> {
  const [row] = await sql<{ people: number; unmapped: string[] }[]>`
    SELECT count(DISTINCT m.id)::int AS people,
      coalesce(array_agg(DISTINCT m.name) FILTER (WHERE r.role IN ('cs_lead', 'warehouse', 'finance', 'director') AND (
        ${wecom !== undefined} AND NOT EXISTS (SELECT 1 FROM member_accounts a WHERE a.member_id = m.id AND a.platform = 'wecom')
        OR ${dingtalk !== undefined} AND NOT EXISTS (SELECT 1 FROM member_accounts a WHERE a.member_id = m.id AND a.platform = 'dingtalk')
      )), '{}') AS unmapped
    FROM members m LEFT JOIN member_roles r ON r.member_id = m.id WHERE m.active`
  if ((row?.people ?? 0) === 0)
    return { check: 'members', repair: 'nobody is in the member list: npm run -s cli -- members import FILE.csv' }
  const unmapped = row?.unmapped ?? []
  return {
    check: 'members',
    repair:
      unmapped.length === 0
        ? undefined
        : `without an id on a configured platform: ${unmapped.join(', ')}. Add it to the staff list and import it again.`,
    note: `${row?.people} people`,
  }
}
