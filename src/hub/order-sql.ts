import type { OrderKey } from './order-facts.ts'

/** Which optional filters a statement has; each combination is one prepared statement. */
export type FilterShape = {
  readonly channel: boolean
  readonly product: boolean
  readonly name: boolean
  readonly returned?: boolean
  /** The window is about something else than the time of the order. */
  readonly anyTime?: boolean
}

/** Values for the placeholders, in the order of `slots`. */
type Slot =
  | 'value'
  | 'fromMs'
  | 'toMs'
  | 'limit'
  | 'offset'
  | 'channel'
  | 'product'
  | 'name'
  | 'stage'
  | 'delay'
  | 'backFromMs'
  | 'backToMs'
/** Names the placeholder of a value. */
export type Place = (slot: Slot) => string
export type Statement = { readonly text: string; readonly slots: readonly Slot[] }

const ms = (column: string) => `round(extract(epoch FROM ${column}) * 1000)::float8`

/**
 * Optional filters of a branch. Text is compared with position() and starts_with(), where % and _ are ordinary signs.
 * OFFSET 0 keeps the product test a probe per candidate; as a join the planner may read the line table from end to end.
 */
export function filters(shape: FilterShape, place: Place): string {
  const product = () => `AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id
      AND position(lower(${place('product')}::text) IN lower(l.name || ' ' || coalesce(l.spec, ''))) > 0 OFFSET 0)`
  // platforms mask names behind the first character: such a name fits everybody whose name begins alike
  const name =
    () => `AND (starts_with(o.consignee_name, ${place('name')}::text) OR (position('*' IN o.consignee_name) > 0
      AND left(o.consignee_name, 1) = left(${place('name')}::text, 1)))`
  const returned = () => `AND EXISTS (SELECT 1 FROM returns b WHERE b.order_id = o.id AND b.applied_at
      BETWEEN to_timestamp(${place('backFromMs')}::float8 / 1000) AND to_timestamp(${place('backToMs')}::float8 / 1000) OFFSET 0)`
  return [
    shape.anyTime
      ? ''
      : `AND o.ordered_at BETWEEN to_timestamp(${place('fromMs')}::float8 / 1000) AND to_timestamp(${place('toMs')}::float8 / 1000)`,
    shape.channel ? `AND o.channel = ${place('channel')}::text` : '',
    shape.name ? name() : '',
    shape.product ? product() : '',
    shape.returned ? returned() : '',
  ].join(' ')
}

/** The single-index branches of one kind of key; ids and order times come out, newest first where there can be many. */
function branches(kind: OrderKey['kind'], filter: string, place: Place): readonly string[] {
  const value = `${place('value')}::text`
  const from = (source: string, where: string) => `SELECT o.id, o.ordered_at FROM ${source} WHERE ${where} ${filter}`
  const newest = (query: string, by: string) => `(${query} ORDER BY ${by} DESC LIMIT ${place('limit')}::int)`
  const ofParcel = 'parcels p JOIN orders o ON o.id = p.order_id'
  const ofReturn = 'returns r JOIN orders o ON o.id = r.order_id'
  const tail = (column: string) =>
    `right(${column}, 4) = right(${value}, 4) AND right(${column}, length(${value})) = ${value}`
  switch (kind) {
    case 'hub-no':
      return [from('orders o', `o.id = ${value}`)]
    case 'order-no':
    case 'waybill-no':
      return [
        from('orders o', `o.order_no = ${value}`),
        from('orders o', `o.split_from = ${value}`),
        from(ofParcel, `p.waybill_no = ${value}`),
        from(ofReturn, `r.waybill_no = ${value}`),
      ]
    case 'return-no':
      return [from(ofReturn, `r.id = ${value}`)]
    case 'phone':
      return [newest(from('orders o', `o.phone_hash = ${place('value')}::bytea`), 'o.ordered_at')]
    case 'phone-tail':
      return [newest(from('orders o', `o.phone_tail = ${value}::char(4)`), 'o.ordered_at')]
    case 'number-tail':
      return [
        newest(from('orders o', tail('o.order_no')), 'o.ordered_at'),
        newest(from(ofParcel, tail('p.waybill_no')), 'p.shipped_at'),
        // a longer value has a length of its own to fail on, so the branch costs one look into the index
        newest(from('orders o', `o.phone_tail = ${value}::char(4) AND length(${value}) = 4`), 'o.ordered_at'),
      ]
    case 'name':
      return [newest(from('orders o', `o.consignee_name = ${value}`), 'o.ordered_at')]
  }
}

/** Ids by single-index branches under UNION ALL, folded, newest first, then everything about those orders: one statement. */
export function findStatement(kind: OrderKey['kind'], shape: FilterShape): Statement {
  const { place, slots } = placeholders()
  const found = branches(kind, filters(shape, place), place).join('\n    UNION ALL ')
  return {
    text: `WITH hit AS MATERIALIZED (
    SELECT id, max(ordered_at) AS at FROM (${found}) b GROUP BY id ORDER BY 2 DESC, 1 DESC LIMIT ${place('limit')}::int
  ) ${everything(20)}`,
    slots,
  }
}

/** One order with all its tracking nodes. $1 = hub number. */
export const trackText = `WITH hit AS MATERIALIZED (
    SELECT o.id, o.ordered_at AS at FROM orders o WHERE o.id = $1::text
  ) ${everything('ALL')}`

/** $1 = order numbers, $2 = hub numbers, $3 = limit. */
export const nearestText = `SELECT n.order_no AS "orderNo", n.channel, n.id FROM (
    SELECT order_no, channel, id, ordered_at FROM orders WHERE order_no = ANY($1::text[])
    UNION ALL SELECT order_no, channel, id, ordered_at FROM orders WHERE id = ANY($2::text[])
  ) n ORDER BY n.ordered_at DESC, n.id DESC LIMIT $3::int`

export function placeholders(): { readonly place: Place; readonly slots: Slot[] } {
  const slots: Slot[] = []
  return {
    slots,
    place: (slot) => {
      if (!slots.includes(slot)) slots.push(slot)
      return `$${slots.indexOf(slot) + 1}`
    },
  }
}

/** Column names are those of OrderFacts; hub/order-view.ts drops the nulls. Children come as JSON, fen in it as text. */
export function everything(nodes: number | 'ALL', more = ''): string {
  const children = (object: string, from: string, order: string) =>
    `(SELECT json_strip_nulls(json_agg(json_build_object(${object}) ORDER BY ${order})) FROM ${from})`
  const lines = children(
    `'id', l.id, 'name', l.name, 'spec', l.spec, 'qty', l.qty`,
    'order_lines l WHERE l.order_id = o.id',
    'l.position, l.line_key',
  )
  const contents = children(
    `'lineId', pl.order_line_id, 'qty', pl.qty`,
    'parcel_lines pl WHERE pl.parcel_id = p.id',
    'pl.order_line_id',
  )
  const track = children(
    `'atMs', ${ms('t.occurred_at')}, 'state', t.state, 'exception', t.sub_state, 'place', t.place, 'text', t.description`,
    `(SELECT * FROM tracking_events e WHERE e.parcel_id = p.id ORDER BY e.occurred_at DESC, e.node_hash DESC LIMIT ${nodes}) t`,
    't.occurred_at DESC, t.node_hash DESC',
  )
  const staleLimit = '(SELECT s.stale_after_minutes * 60000 FROM sources s WHERE s.name = p.track_source)'
  const call = `(SELECT json_build_object('id', c.id, 'reason', c.reason, 'openedAtMs', ${ms('c.opened_at')}, 'openedBy', m.name,
        'closedAtMs', ${ms('c.closed_at')}, 'result', c.result)
      FROM carrier_calls c LEFT JOIN members m ON m.id = c.opened_by
      WHERE c.parcel_id = p.id ORDER BY (c.closed_at IS NULL) DESC, c.opened_at DESC LIMIT 1)`
  const parcels = children(
    `'id', p.id, 'position', p.position, 'waybillNo', p.waybill_no, 'carrier', p.carrier_code, 'carrierName', p.carrier_name,
      'shippedAtMs', ${ms('p.shipped_at')}, 'etaAtMs', ${ms('p.eta_at')}, 'state', p.state, 'exception', p.sub_state,
      'signedAtMs', ${ms('p.signed_at')}, 'signer', p.signer, 'signPhotoUrl', p.sign_photo_url,
      'trackedAtMs', ${ms('p.tracked_at')}, 'trackSource', p.track_source, 'trackStaleAfterMs', ${staleLimit},
      'call', ${call}, 'lines', ${contents}, 'nodes', ${track}`,
    'parcels p WHERE p.order_id = o.id',
    'p.position, p.id',
  )
  const corrections = children(
    `'field', c.field, 'parcelId', c.parcel_id, 'oldValue', c.old_value, 'newValue', c.new_value, 'by', m.name, 'atMs', ${ms('c.at')}`,
    'order_corrections c LEFT JOIN members m ON m.id = c.by_member_id WHERE c.order_id = o.id',
    'c.at DESC, c.id DESC',
  )
  const notes = `(SELECT nullif(count(*), 0)::int FROM notes n WHERE n.owner_kind = 'order' AND n.owner_id = o.id)`
  const declared = `(SELECT json_strip_nulls(json_build_object('state', d.state, 'preNo', d.pre_no, 'problems', d.problems))
      FROM customs_declarations d WHERE d.order_id = o.id)`
  const gifts = children(
    `'name', g.name, 'verdict', g.verdict, 'gapFen', g.gap_fen::text, 'parcelId', g.parcel_id`,
    'gifts g WHERE g.order_id = o.id',
    'g.decided_at, g.id',
  )
  const level = `(SELECT json_build_object('role', a.role, 'holder', m.name, 'dueAtMs', ${ms('a.due_at')})
      FROM approval_levels a LEFT JOIN members m ON m.id = a.holder_id
      WHERE a.return_id = r.id AND a.state = 'pending' ORDER BY a.level LIMIT 1)`
  const returns = children(
    `'id', r.id, 'approval', r.approval, 'appliedAtMs', ${ms('r.applied_at')}, 'receivedAtMs', ${ms('r.received_at')},
      'refundedAtMs', ${ms('r.refunded_at')}, 'closedAtMs', ${ms('r.closed_at')}, 'level', ${level}`,
    'returns r WHERE r.order_id = o.id',
    'r.applied_at DESC, r.id DESC',
  )
  return `SELECT o.id, o.channel, o.shop, o.order_no AS "orderNo", o.consignee_name AS "consigneeName",
    o.phone_enc AS "phoneEnc", o.phone_virtual AS "phoneVirtual", o.address_enc AS "addressEnc", o.region,
    ${ms('o.ordered_at')} AS "orderedAtMs", ${ms('o.paid_at')} AS "paidAtMs", o.paid_fen AS "paidFen",
    ${ms('o.promise_ship_at')} AS "promiseShipAtMs", ${ms('o.shipped_at')} AS "shippedAtMs",
    ${ms('o.signed_at')} AS "signedAtMs", o.signer, o.signer_kind AS "signerKind", o.sign_photo_url AS "signPhotoUrl",
    ${ms('o.returned_at')} AS "returnedAtMs",
    ${ms('o.refunded_at')} AS "refundedAtMs", ${ms('o.cancelled_at')} AS "cancelledAtMs", o.cancel_reason AS "cancelReason",
    o.split_from AS "splitFrom",
    ${ms('o.on_hold_at')} AS "onHoldAtMs", o.hold_reason AS "holdReason", ${ms('o.quarantined_at')} AS "quarantinedAtMs",
    o.quarantine_reason AS "quarantineReason", o.delay_reason AS "delayReason", o.warehouse, o.wave_no AS "waveNo",
    ${ms('o.picking_at')} AS "pickingAtMs", o.carrier_code AS carrier,
    o.carrier_name AS "carrierName", o.waybill_no AS "waybillNo", o.source_stage AS "sourceStage",
    (o.claims #>> '{withheld,shippedAtMs}')::float8 AS "claimedShippedAtMs", ${ms('o.source_modified_at')} AS "sourceModifiedAtMs",
    ${notes} AS "noteCount", ${corrections} AS corrections, ${declared} AS customs,
    o.source AS "sourceName", ${ms('o.heard_at')} AS "heardAtMs", s.stale_after_minutes AS "staleAfterMinutes",
    ${ms('s.heard_at')} AS "sourceHeardAtMs",
    ${lines} AS lines, ${parcels} AS parcels, ${gifts} AS gifts, ${returns} AS returns${more}
  FROM hit JOIN orders o ON o.id = hit.id LEFT JOIN sources s ON s.name = o.source
  ORDER BY hit.at DESC, hit.id DESC`
}
