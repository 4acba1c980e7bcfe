import type { ListFilter, Stage, TrackState } from './order-facts.ts'
import { everything, type FilterShape, filters, type Place, placeholders, type Statement } from './order-sql.ts'
import { stageSql, unshippedIndexSql } from './stage-sql.ts'

/** Which conditions a list has; each combination is one prepared statement. */
export type ListShape = Pick<FilterShape, 'product'> & {
  readonly stage?: Stage | undefined
  readonly by?: ListFilter['by']
  readonly parcelStates?: readonly TrackState[] | undefined
  readonly delay?: boolean
  /** So many of the newest tracking nodes of each parcel come along; 20 when left out. */
  readonly nodes?: number
}

/** Counting ends here: 10,001 = more. */
const mostCounted = 10_001
/** How long an order may wait to be paid; the channels close it sooner. */
const payDays = 3
/** What has not left in so long is no order of a list by the day of dispatch any more. */
const unshippedDays = 60

/** Orders of a window without a key, newest first by the deed the window is about. */
export function listStatement(shape: ListShape): Statement {
  const { place, slots } = placeholders()
  const { nodes = 20 } = shape
  const matched = matchedBy(shape, place)
  return {
    text: `WITH matched AS MATERIALIZED (${matched}), hit AS MATERIALIZED (
    SELECT id, at FROM matched ORDER BY 2 DESC, 1 DESC LIMIT ${place('limit')}::int OFFSET ${place('offset')}::int
  ) ${everything(nodes, ', (SELECT count(*) FROM matched)::int AS total')}`,
    slots,
  }
}

/** Ids and times (`at`) of all that fits, at most `mostCounted`. */
function matchedBy(shape: ListShape, place: Place): string {
  if (shape.parcelStates !== undefined) return byParcel(shape, shape.parcelStates, place)
  switch (shape.by) {
    case 'pay':
      return byPayment(shape, place)
    case 'ship':
      return byDispatch(shape, place)
    case 'sign':
      return byDeed(shape, place, 'o.signed_at')
    default:
      return byOrder(shape, place)
  }
}

/** Everything but the time and the channel. */
function rest({ product, stage, delay = false }: ListShape, place: Place): string {
  return [
    stage === undefined ? '' : `AND (${stageSql}) = ${place('stage')}::text`,
    delay ? `AND position(${place('delay')}::text IN coalesce(o.delay_reason, '')) > 0` : '',
    filters({ channel: false, name: false, product, anyTime: true }, place),
  ].join(' ')
}

const time = (slot: 'fromMs' | 'toMs', place: Place) => `to_timestamp(${place(slot)}::float8 / 1000)`
const within = (column: string, place: Place) => `${column} BETWEEN ${time('fromMs', place)} AND ${time('toMs', place)}`
const ofChannel = (place: Place) => `o.channel = ANY(${place('channel')}::text[])`

function byOrder(shape: ListShape, place: Place): string {
  const window = within('o.ordered_at', place)
  const newest = `ORDER BY o.ordered_at DESC LIMIT ${mostCounted}`
  const unshipped = unshippedIndexSql(shape.stage)
  if (unshipped !== undefined)
    return `SELECT o.id, o.ordered_at AS at FROM orders o
      WHERE ${unshipped} AND ${window} AND ${ofChannel(place)} ${rest(shape, place)} ${newest}`
  return perChannel(
    `SELECT o.id, o.ordered_at AS at FROM orders o
      WHERE o.channel = c.name AND ${window} ${rest(shape, place)} ${newest}`,
    place,
  )
}

/** An order is paid soon after it was placed or never: the index by (channel, order time) holds what was paid then. */
function byPayment(shape: ListShape, place: Place): string {
  return perChannel(
    `SELECT o.id, o.paid_at AS at FROM orders o
      WHERE o.channel = c.name AND o.ordered_at BETWEEN ${time('fromMs', place)} - interval '${payDays} days' AND ${time('toMs', place)}
        AND ${within('o.paid_at', place)} ${rest(shape, place)} ORDER BY o.ordered_at DESC LIMIT ${mostCounted}`,
    place,
  )
}

/** One index walk per channel: the index is by (channel, order time). */
function perChannel(walk: string, place: Place): string {
  return `SELECT o.id, o.at FROM unnest(${place('channel')}::text[]) c(name) CROSS JOIN LATERAL (
      ${walk}) o ORDER BY o.at DESC LIMIT ${mostCounted}`
}

function byDeed(shape: ListShape, place: Place, column: 'o.signed_at' | 'o.shipped_at'): string {
  return `SELECT o.id, ${column} AS at FROM orders o WHERE ${within(column, place)} AND ${ofChannel(place)}
      ${rest(shape, place)} ORDER BY ${column} DESC LIMIT ${mostCounted}`
}

/** What left whole, and what left in part: the latter are among the few that have not left as a whole. */
function byDispatch(shape: ListShape, place: Place): string {
  const unshipped = unshippedIndexSql('paid')
  return `(${byDeed(shape, place, 'o.shipped_at')})
      UNION ALL
      (SELECT o.id, part.at FROM orders o CROSS JOIN LATERAL (
        SELECT max(p.shipped_at) AS at FROM parcels p WHERE p.order_id = o.id AND ${within('p.shipped_at', place)} OFFSET 0
      ) part
      WHERE ${unshipped} AND part.at IS NOT NULL AND ${ofChannel(place)}
        AND o.ordered_at BETWEEN ${time('fromMs', place)} - interval '${unshippedDays} days' AND ${time('toMs', place)}
        ${rest(shape, place)} ORDER BY o.ordered_at DESC LIMIT ${mostCounted})`
}

const moving: readonly TrackState[] = ['collected', 'in_transit', 'delivering']

/**
 * Orders on their way with a parcel in one of the states. Nothing happens to a parcel before its order was placed, so the
 * small indexes of open parcels are entered at the start of the window.
 */
function byParcel(shape: ListShape, states: readonly TrackState[], place: Place): string {
  const onTheWay = states.filter((state) => moving.includes(state))
  const branches = [
    onTheWay.length === 0
      ? undefined
      : `p.state IN ('collected','in_transit','delivering') AND p.state IN (${onTheWay.map((state) => `'${state}'`).join(',')})
        AND coalesce(p.last_event_at, p.shipped_at) >= ${time('fromMs', place)}`,
    states.includes('created')
      ? `p.state = 'created' AND p.shipped_at IS NOT NULL AND p.shipped_at >= ${time('fromMs', place)}`
      : undefined,
    states.includes('exception') ? `p.state = 'exception' AND p.last_event_at >= ${time('fromMs', place)}` : undefined,
  ].filter((branch) => branch !== undefined)
  const parcels = branches.map((branch) => `SELECT p.order_id FROM parcels p WHERE ${branch}`).join(' UNION ALL ')
  return `SELECT o.id, o.ordered_at AS at FROM (SELECT DISTINCT order_id FROM (${parcels}) open) found
      CROSS JOIN LATERAL (SELECT * FROM orders WHERE id = found.order_id OFFSET 0) o
      WHERE ${within('o.ordered_at', place)} AND ${ofChannel(place)} AND (${stageSql}) IN ('shipped', 'part_shipped')
        ${rest(shape, place)} ORDER BY o.ordered_at DESC LIMIT ${mostCounted}`
}
