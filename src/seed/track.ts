import type { CarrierCode, ExceptionKind } from '../hub/order-facts.ts'
import { dayStart, hourMs, hourOf, minuteMs, whenOpen } from './beijing.ts'
import type { DraftNode, Signature } from './draft.ts'
import { type City, cities, type Warehouse } from './places.ts'
import { at, type Random, weighted } from './prng.ts'

/** What befalls a parcel; `normal` ends signed. `mended`: the exception was overcome and the parcel goes on. */
export type ParcelFate =
  | { readonly kind: 'normal' }
  | { readonly kind: 'unscanned' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'exception'; readonly exception: ExceptionKind; readonly mended: boolean }

export type Journey = {
  readonly carrier: CarrierCode
  readonly carrierName: string
  readonly waybillNo: string
  readonly from: Warehouse
  readonly to: City
  readonly district: string
  readonly consignee: string
  readonly shippedAtMs: number
  readonly fate: ParcelFate
  /** Only the first scan and the transit centre of the destination: for big benchmark hubs. */
  readonly lean: boolean
}

const couriers = [...'王李张刘陈杨黄赵吴周']

/** A courier with a masked number, as carriers print it: the sample invents no dialable one. */
function courier(random: Random): string {
  return `${random.pick(couriers)}师傅(139****${random.digits(4)})`
}

const signers = weighted<readonly [Signature['kind'], string]>([
  [['self', '本人'], 60],
  [['agent', '菜鸟驿站'], 14],
  [['agent', '丰巢柜'], 7],
  [['agent', '家人代收'], 6],
  [['agent', '物业前台代收'], 4],
  [['other', '邻居 陈女士'], 3],
  [['other', '门卫 老张'], 3],
  [['other', '同事 小刘'], 3],
])

const exceptionTexts: Readonly<Record<ExceptionKind, readonly string[]>> = {
  stuck: ['因爆仓,快件滞留在转运中心,正在疏导', '因天气原因,快件在转运中心滞留'],
  delivery_failed: ['派送不成功:收件地址无人,约定明日再派', '派件未成功,客户要求改日派送'],
  refused: ['收件人拒收:外包装变形', '收件人拒收,快件将退回'],
  unreachable: ['联系不上收件人,电话无人接听', '地址不详且联系不上收件人,等待寄件人确认'],
  damaged: ['快件外包装破损,内件待核实', '快件破损,已拍照登记'],
  lost: ['快件超过7天未更新,按遗失处理,理赔中', '经查找未果,登记为遗失'],
  returning: ['快件退回中,已离开派件网点', '应寄件人要求退回,退回件已发出'],
  unrecognised: ['快件信息补录(代码 T97)', '快件转协议区处理(代码 X12)'],
}

const sayOf = (random: Random, sub: ExceptionKind): string => random.pick(exceptionTexts[sub])

type Step = { readonly node: DraftNode; readonly signed?: Signature }

/** All that will happen to the parcel in order of time; the caller cuts it off at the present. */
export function stepsOf(random: Random, journey: Journey): readonly Step[] {
  const { from, to, carrierName, fate } = journey
  const label: Step = {
    node: {
      atMs: journey.shippedAtMs,
      state: 'created',
      place: from.name,
      text: `商家已发货,包裹已出${from.name},等待${carrierName}揽收`,
    },
  }
  if (fate.kind === 'unscanned') return [label]
  const steps: Step[] = [label, ...(journey.lean ? shortRoad(random, journey) : roadOf(random, journey))]
  const last = at(steps, steps.length - 1).node.atMs
  if (fate.kind === 'silent') return steps.slice(0, Math.max(3, steps.length - random.int(0, 1)))
  if (fate.kind === 'exception') return troubled(random, journey, steps, fate.exception, fate.mended)
  return [...steps, ...arrival(random, journey, last, `${to.city}${journey.district}网点`)]
}

/** Collected, then from transit centre to transit centre, up to the branch that delivers. */
function roadOf(random: Random, journey: Journey): Step[] {
  const { from, to, carrierName } = journey
  const steps: Step[] = []
  let now = journey.shippedAtMs
  const push = (waitMs: number, state: 'collected' | 'in_transit', place: string, text: string) => {
    now += Math.round(waitMs / 1000) * 1000
    steps.push({ node: { atMs: now, state, place, text } })
  }
  push(
    random.around(2.5) * hourMs,
    'collected',
    from.branch,
    `【${from.city.city}】${carrierName} ${from.branch} ${courier(random)} 已揽收`,
  )
  push(random.around(3) * hourMs, 'in_transit', from.city.hub, `【${from.city.city}】快件到达【${from.city.hub}】`)
  const far = from.city.city === to.city ? 0 : to.far
  if (far > 0) {
    push(
      random.around(1.5) * hourMs,
      'in_transit',
      from.city.hub,
      `【${from.city.city}】快件离开【${from.city.hub}】,下一站【${to.hub}】`,
    )
    if (far >= 3) {
      const middle = random.pick(cities.slice(12, 16))
      push(random.around(11) * hourMs, 'in_transit', middle.hub, `【${middle.city}】快件到达【${middle.hub}】`)
    }
    push(random.around(7 * far) * hourMs, 'in_transit', to.hub, `【${to.city}】快件到达【${to.hub}】`)
  }
  const branch = `${to.city}${journey.district}网点`
  push(random.around(2.5) * hourMs, 'in_transit', to.hub, `【${to.city}】快件离开【${to.hub}】,发往【${branch}】`)
  push(random.around(3) * hourMs, 'in_transit', branch, `【${to.city}】快件到达【${branch}】`)
  return steps
}

/** As long as the road, but told in two steps. */
function shortRoad(random: Random, journey: Journey): Step[] {
  const collected = journey.shippedAtMs + Math.round(random.around(2.5) * 3600) * 1000
  const arrived = collected + Math.round(random.around(8 + 8 * journey.to.far) * 3600) * 1000
  return [
    { node: { atMs: collected, state: 'collected', place: journey.from.branch, text: '已揽收' } },
    { node: { atMs: arrived, state: 'in_transit', place: journey.to.hub, text: `快件到达【${journey.to.hub}】` } },
  ]
}

/** Delivery and signature, in the hours when couriers walk. */
function arrival(random: Random, journey: Journey, afterMs: number, branch: string): Step[] {
  let out = whenOpen(afterMs + random.around(0.8) * hourMs, 7, 18)
  out = Math.round(out / 1000) * 1000 + random.int(0, 40) * minuteMs
  const [kind, who] = signers(random)
  const signedAt = out + Math.round(random.around(2.2) * 3600) * 1000
  const late = hourOf(signedAt) >= 22 ? dayStart(signedAt) + 21 * hourMs + random.int(0, 59) * minuteMs : signedAt
  const signer = kind === 'self' ? `${journey.consignee}(本人)` : who
  const signed: Signature = {
    atMs: late,
    signer,
    kind,
    photoUrl: `https://sign.example.com/${journey.waybillNo}.jpg`,
  }
  return [
    {
      node: {
        atMs: out,
        state: 'delivering',
        place: branch,
        text: `【${journey.to.city}】${branch} ${courier(random)} 正在派件`,
      },
    },
    {
      node: {
        atMs: late,
        state: 'signed',
        place: branch,
        text: `【${journey.to.city}】快件已签收,签收人:${kind === 'self' ? '本人' : who}`,
      },
      signed,
    },
  ]
}

const atDoor: readonly ExceptionKind[] = ['delivery_failed', 'refused', 'unreachable']

/** The road up to the trouble, the trouble, and if it is mended the rest of the road. */
function troubled(
  random: Random,
  journey: Journey,
  road: readonly Step[],
  kind: ExceptionKind,
  mended: boolean,
): Step[] {
  const door = atDoor.includes(kind) || kind === 'returning'
  const until = door ? road.length : random.int(3, Math.max(3, road.length - 1))
  const steps = road.slice(0, until)
  const branch = `${journey.to.city}${journey.district}网点`
  let now = at(steps, steps.length - 1).node.atMs
  if (door) {
    const [delivering] = arrival(random, journey, now, branch)
    if (delivering !== undefined) steps.push(delivering)
    now = delivering?.node.atMs ?? now
  }
  const place = at(steps, steps.length - 1).node.place
  const trouble = (sub: ExceptionKind, waitHours: number, text: string) => {
    now += Math.round(waitHours * 3600) * 1000
    steps.push({ node: { atMs: now, state: 'exception', subState: sub, place, text: `【${journey.to.city}】${text}` } })
  }
  if (kind === 'returning') {
    trouble('refused', random.around(2), sayOf(random, 'refused'))
    trouble('returning', random.around(6), sayOf(random, 'returning'))
    trouble('returning', random.around(40), `退回件已由寄件人签收(${journey.from.name})`)
    return steps
  }
  trouble(kind, kind === 'lost' ? 24 * 7.5 : random.around(2), sayOf(random, kind))
  if (!mended) return steps
  const rest = road.slice(until).map((step, index) => {
    now += Math.round(random.around(5) * 3600) * 1000
    return { node: { ...step.node, atMs: now + index * 1000 } }
  })
  const end = rest.at(-1)?.node.atMs ?? now
  return [...steps, ...rest, ...arrival(random, journey, end + random.around(14) * hourMs, branch)]
}
