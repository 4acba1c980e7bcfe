import fc from 'fast-check'
import type { RuleRefusal } from '../../cards/write-refused.ts'
import type { CarrierCode, Stage } from '../../src/hub/order-facts.ts'
import type { Plan } from '../../src/hub/write.ts'

const words = fc.string({ unit: 'grapheme', maxLength: 200 })
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => /[\p{L}\p{N}]/u.test(text))
const number = fc.stringMatching(/^[A-Z0-9]{8,24}$/)
const moment = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 })
const fen = fc.bigInt(0n, 10n ** 12n).map(String)
const carrier = fc.constantFrom<CarrierCode[]>('SF', 'JD', 'ZTO', 'OTHER')
const role = fc.constantFrom('cs_lead' as const, 'warehouse' as const, 'finance' as const)
const stage = fc.constantFrom<Stage[]>('paid', 'on_hold', 'quarantined')
const optional = { requiredKeys: [] }
const picture = { platform: 'play', id: 'm' }

const orderId = 'SO261120733961'
const returnId = 'TH2611210033'

/** Any change that could be shown for the order, with whatever people type. */
export const anyPlan: fc.Arbitrary<Plan> = fc.oneof(
  fc.record({
    kind: fc.constant('order.cancel' as const),
    wish: words.map((reason) => ({ kind: 'order.cancel' as const, orderId, reason })),
    facts: fc.record({ stage, pickingAtMs: moment, paidFen: fen }, { requiredKeys: ['stage'] }),
  }),
  fc.record({
    kind: fc.constant('order.edit_waybill' as const),
    wish: number.map((newNo) => ({ kind: 'order.edit_waybill' as const, orderId, newNo })),
    facts: fc.record(
      { number, carrier, carrierName: name, newCarrier: carrier, edits: fc.nat(2), parcels: fc.nat(9) },
      { requiredKeys: ['number', 'carrier', 'newCarrier', 'edits', 'parcels'] },
    ),
  }),
  fc.record({
    kind: fc.constant('order.mark_signer' as const),
    wish: fc.record({ as: fc.constantFrom('agent' as const, 'other' as const), signer: name }).map((said) => ({
      kind: 'order.mark_signer' as const,
      orderId,
      pictures: [picture],
      ...said,
    })),
    facts: fc.record(
      { signer: name, signerKind: fc.constantFrom('self', 'agent', 'other'), signedAtMs: moment },
      optional,
    ),
  }),
  fc.record({
    kind: fc.constant('return.add_note' as const),
    wish: fc.tuple(words, fc.nat(9)).map(([text, count]) => ({
      kind: 'return.add_note' as const,
      orderId,
      owner: 'return' as const,
      ownerId: returnId,
      text,
      pictures: Array.from({ length: count }, () => picture),
    })),
    facts: fc.record({ notes: fc.nat(99), pictures: fc.nat(9) }),
  }),
  fc.record({
    kind: fc.constant('logistics.call_carrier' as const),
    wish: fc.constant({ kind: 'logistics.call_carrier' as const, orderId }),
    facts: fc.record(
      {
        parcelId: fc.constant('P1'),
        number,
        carrier,
        carrierName: name,
        state: fc.constantFrom('created' as const, 'in_transit' as const, 'exception' as const),
        exception: fc.constantFrom('stuck' as const, 'unrecognised' as const),
        lastEventAtMs: moment,
      },
      { requiredKeys: ['parcelId', 'number', 'carrier', 'state'] },
    ),
  }),
  fc.record({
    kind: fc.constant('approval.decide' as const),
    wish: fc
      .record({ decision: fc.constantFrom('approve' as const, 'reject' as const), reason: words })
      .map((said) => ({ kind: 'approval.decide' as const, orderId, returnId, ...said })),
    facts: fc.record(
      {
        level: fc.constantFrom(1, 2, 3),
        role,
        holder: name,
        dueAtMs: moment,
        next: role,
        deputy: fc.boolean(),
        refundFen: fen,
        why: words,
        stamp: fc.constant('none'),
      },
      { requiredKeys: ['level', 'role', 'deputy', 'why', 'stamp'] },
    ),
  }),
  fc.record({
    kind: fc.constant('return.create' as const),
    wish: words.map((reason) => ({ kind: 'return.create' as const, orderId, reason, photo: 'ph_1' })),
    facts: fc.record(
      {
        first: fc.constant({ role: 'cs_lead' as const, limitMs: 900_000 }),
        lines: fc.array(fc.record({ lineId: name, name, qty: fc.nat(99) }), { minLength: 1, maxLength: 9 }),
        refundFen: fen,
        waybillNo: number,
        carrier,
        sure: fc.boolean(),
      },
      { requiredKeys: ['first', 'lines', 'waybillNo', 'sure'] },
    ),
  }),
  fc.record({
    kind: fc.constant('return.receive' as const),
    wish: words.map((inspection) => ({ kind: 'return.receive' as const, orderId, returnId, lines: [], inspection })),
    facts: fc.record(
      {
        lines: fc.array(fc.record({ lineId: name, name, due: fc.nat(99), received: fc.nat(99), damaged: fc.nat(99) }), {
          minLength: 1,
          maxLength: 9,
        }),
        approval: fc.constantFrom('pending' as const, 'approved' as const, 'rejected' as const, 'withdrawn' as const),
        role,
        refundFen: fen,
        wasFen: fen,
        sound: fc.boolean(),
      },
      { requiredKeys: ['lines', 'approval', 'sound'] },
    ),
  }),
)

/** Every way a change can be refused by rule. */
export const anyRefusal: fc.Arbitrary<RuleRefusal> = fc.oneof(
  fc.constantFrom(
    ...(['gone', 'no-number', 'same-number', 'not-signed', 'pickup', 'withdrawn', 'twice'] as const).map((code) => ({
      code,
    })),
  ),
  fc.record({
    code: fc.constant('stage' as const),
    stage: fc.constantFrom<Stage[]>(
      'paid',
      'shipped',
      'part_shipped',
      'signed',
      'returning',
      'cancelled',
      'pending_payment',
    ),
  }),
  fc.record({ code: fc.constant('wish-stands' as const), by: name, atMs: moment }),
  fc.record({ code: fc.constant('edits-used' as const), edits: fc.constant(3) }),
  fc.record({
    code: fc.constant('number-taken' as const),
    channel: fc.constantFrom('douyin' as const, 'distributor' as const),
    orderNo: number,
  }),
  fc.record(
    { code: fc.constant('bad-number' as const), carrier, carrierName: name },
    { requiredKeys: ['code', 'carrier'] },
  ),
  fc.record({ code: fc.constant('pictures' as const), kept: fc.nat(9), given: fc.nat(9) }),
  fc.record({ code: fc.constant('call-stands' as const), id: fc.constant('WH2611220931'), by: name, atMs: moment }),
  fc.record({ code: fc.constant('not-your-level' as const), role, holder: name }, { requiredKeys: ['code', 'role'] }),
  fc.record({
    code: fc.constantFrom('all-returned' as const, 'return-stands' as const),
    returnId: fc.constant(returnId),
  }),
  fc.record({ code: fc.constant('too-many' as const), asked: fc.nat(9_999), left: fc.nat(99) }),
)
