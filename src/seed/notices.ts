import { dayStart, hourMs, hourOf, minuteMs } from './beijing.ts'
import type { DraftOrder } from './draft.ts'
import { type Random, randomOf } from './prng.ts'
import type { Take } from './rows.ts'

/** A distributor tells its own customers, and at the till there is nobody to tell. */
const silentChannels: readonly string[] = ['distributor', 'pos']

const failures = ['号码停机', '运营商拦截', '虚拟号已失效', '手机关机'] as const

/** Orders that are asked about by number: their notices arrived and were read. */
const always: readonly string[] = ['6936476692437472563', '4257636757147510842']

type Wanted = { readonly kind: string; readonly channel: 'sms' | 'crm'; readonly atMs: number; readonly photo?: true }

/** What customers were told, and what became of it: most arrive, two of three are opened, in the evening rush fewer. */
export function noticeRows(seed: number, nowMs: number): (take: Take, order: DraftOrder) => void {
  let index = 0
  return (take, order) => {
    const random = randomOf(seed, 41, index++)
    if (silentChannels.includes(order.channel)) return
    for (const [place, wanted] of wantedOf(random, order).entries()) {
      if (wanted.atMs > nowMs) continue
      take('notices', [`${order.id}-N${place + 1}`, order.id, ...rowOf(random, order, wanted, nowMs)])
    }
  }
}

function wantedOf(random: Random, order: DraftOrder): readonly Wanted[] {
  const soon = () => random.int(5, 90) * 1000
  const { parcels, signed, shippedAtMs, promiseShipAtMs = Number.POSITIVE_INFINITY, returned, refund } = order
  const left = parcels[0]?.shippedAtMs
  const refundedAtMs = returned?.refundedAtMs ?? refund?.atMs
  const late = order.delayReason !== undefined || (shippedAtMs ?? 0) > promiseShipAtMs
  const wanted: (Wanted | undefined)[] = [
    late && order.paidAtMs !== undefined
      ? { kind: 'delay', channel: 'sms', atMs: promiseShipAtMs + soon() }
      : undefined,
    left === undefined ? undefined : { kind: 'ship', channel: 'sms', atMs: left + soon() },
    signed === undefined || parcels.length === 0
      ? undefined
      : { kind: 'sign', channel: 'sms', atMs: signed.atMs + soon(), photo: true },
    returned?.approvedAtMs === undefined
      ? undefined
      : { kind: 'return', channel: 'crm', atMs: returned.approvedAtMs + soon() },
    refundedAtMs === undefined ? undefined : { kind: 'refund', channel: 'sms', atMs: refundedAtMs + soon() },
  ]
  return wanted.filter((one) => one !== undefined)
}

function rowOf(random: Random, order: DraftOrder, { kind, channel, atMs, photo }: Wanted, nowMs: number) {
  const certain = always.includes(order.orderNo)
  const fails = random.chance(0.022) && !certain
  const deliveredAtMs = atMs + random.int(2, 25) * 1000
  const opens = random.chance(openRate(order, atMs)) || certain
  const openedAtMs = deliveredAtMs + Math.round(random.around(40)) * minuteMs
  const arrived = !fails && deliveredAtMs <= nowMs && (certain || !random.chance(0.012))
  const photoOk = photo === true ? !random.chance(photoTrouble(atMs)) : undefined
  return [
    kind,
    channel,
    fails ? 'failed' : arrived ? 'delivered' : 'sent',
    new Date(atMs),
    arrived ? new Date(deliveredAtMs) : null,
    arrived && opens && openedAtMs <= nowMs ? new Date(openedAtMs) : null,
    fails ? random.pick(failures) : null,
    photoOk ?? null,
    channel === 'sms' ? 'sms.gateway' : 'crm.push',
    new Date(atMs),
  ] as const
}

/** The evening rush of the live streams: nobody reads then. */
function openRate({ channel }: DraftOrder, atMs: number): number {
  const hour = hourOf(atMs)
  return channel === 'douyin' && hour >= 20 && hour < 22 ? 0.42 : 0.68
}

/** The picture store was ill for an hour one evening in three. */
function photoTrouble(atMs: number): number {
  return hourOf(atMs) === 18 && Math.floor(dayStart(atMs) / (24 * hourMs)) % 3 === 0 ? 0.6 : 0.015
}
