import type { Channel } from '../hub/order-facts.ts'
import { defaultStaleMinutes } from '../hub/sources.ts'
import { dayMs, dayStart, hourMs, minuteMs } from './beijing.ts'
import type { Random } from './prng.ts'

/** 天猫 and 京东 are pulled at these hours (Beijing). */
const pullHours = [6, 18]

/** The newest pull that happened before `ms`. */
function pullBefore(ms: number): number {
  const start = dayStart(ms)
  const times = [start - dayMs, start].flatMap((day) => pullHours.map((hour) => day + hour * hourMs))
  return times.findLast((pull) => pull < ms) ?? start - dayMs
}

/** When 京东 answered last: the pulls since then failed, so that it counts as stale. */
function jdPull(nowMs: number): number {
  return pullBefore(nowMs - defaultStaleMinutes('jd.pull') * minuteMs)
}

export type Hearing = { readonly source: string; readonly heardAtMs: number }

/**
 * Who told us last, and when. 抖音, 小程序 and POS push within seconds; 天猫 is pulled twice a day; the latest 京东 pull
 * failed, so what is younger than the one before came through the WMS.
 */
export function heardOf(
  random: Random,
  channel: Channel,
  shop: string,
  times: { readonly orderedAtMs: number; readonly modifiedAtMs: number },
  nowMs: number,
): Hearing {
  const soon = Math.min(nowMs, times.modifiedAtMs + random.int(2, 40) * 1000)
  switch (channel) {
    case 'douyin':
      return { source: 'douyin.push', heardAtMs: soon }
    case 'miniapp':
      return { source: 'miniapp.push', heardAtMs: soon }
    case 'pos':
      return { source: 'pos.form', heardAtMs: soon }
    case 'distributor':
      return { source: `sheet.${shop}`, heardAtMs: Math.min(nowMs, times.modifiedAtMs + random.int(3, 55) * minuteMs) }
    case 'tmall':
      return pulled('tmall.pull', pullBefore(nowMs), times, soon)
    case 'jd':
      return pulled('jd.pull', jdPull(nowMs), times, soon)
  }
}

function pulled(
  source: string,
  pullMs: number,
  times: { readonly orderedAtMs: number; readonly modifiedAtMs: number },
  soon: number,
): Hearing {
  // what changed after the last pull was told by the WMS, which sees every order it has to pick
  return times.modifiedAtMs > pullMs ? { source: 'wms.push', heardAtMs: soon } : { source, heardAtMs: pullMs }
}

export type SourceRow = {
  readonly name: string
  readonly heardAtMs: number
  readonly staleAfterMinutes: number
  readonly lastError: string | undefined
}

/** Freshness of every source: all well but 京东, whose last pull failed. */
export function sourceRows(nowMs: number): readonly SourceRow[] {
  const row = (name: string, heardAtMs: number, lastError?: string): SourceRow => ({
    name,
    heardAtMs,
    staleAfterMinutes: defaultStaleMinutes(name),
    lastError,
  })
  const sheets = Array.from({ length: 12 }, (_, index) =>
    row(`sheet.JXS${String(index + 1).padStart(2, '0')}`, nowMs - (20 + index * 17) * minuteMs),
  )
  return [
    row('douyin.push', nowMs - 45_000),
    row('miniapp.push', nowMs - 4 * minuteMs),
    row('pos.form', nowMs - 12 * minuteMs),
    row('tmall.pull', pullBefore(nowMs)),
    row('jd.pull', jdPull(nowMs), '令牌过期'),
    row('wms.push', nowMs - 70_000),
    row('track.kuaidi100', nowMs - 2 * minuteMs),
    ...sheets,
  ]
}
