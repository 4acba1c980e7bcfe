import type { GiftFacts, OrderFacts, ParcelFacts } from './order-facts.ts'
import type { PersonalData } from './personal.ts'
import { holderOf, stageOf } from './stage.ts'

type Nullable<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> | (undefined extends T[K] ? null : never) }

type PlainColumns = Omit<
  OrderFacts,
  'stage' | 'holder' | 'phone' | 'address' | 'source' | 'lines' | 'parcels' | 'gifts' | 'returns'
>
type ParcelJson = Omit<ParcelFacts, 'lines' | 'nodes'> & Partial<Pick<ParcelFacts, 'lines' | 'nodes'>>
type GiftJson = Omit<GiftFacts, 'gapFen'> & { readonly gapFen?: string }

/** One row of the statements in hub/order-sql.ts. */
export type OrderRow = Nullable<PlainColumns> & {
  readonly phoneEnc: Buffer | null
  readonly addressEnc: Buffer | null
  readonly sourceName: string
  readonly heardAtMs: number
  readonly staleAfterMinutes: number | null
  readonly sourceHeardAtMs: number | null
  readonly lines: OrderFacts['lines'] | null
  readonly parcels: readonly ParcelJson[] | null
  readonly gifts: readonly GiftJson[] | null
  readonly returns: OrderFacts['returns'] | null
  readonly total?: number
}

/** The row as the hub shows it: personal fields opened, stage and holder derived, what is unknown left out. */
export function orderView(row: OrderRow, personal: PersonalData, nowMs: number): OrderFacts {
  const { phoneEnc, addressEnc, total, ...rest } = row
  const { sourceName, heardAtMs, staleAfterMinutes, sourceHeardAtMs, ...columns } = rest
  const facts = {
    ...(withoutNulls(columns) as unknown as PlainColumns),
    parcels: (row.parcels ?? []).map((parcel) => ({ ...parcel, lines: parcel.lines ?? [], nodes: parcel.nodes ?? [] })),
    returns: row.returns ?? [],
    lines: row.lines ?? [],
    gifts: (row.gifts ?? []).map(giftView),
  }
  const stage = stageOf(facts)
  return {
    ...facts,
    stage,
    // what waits at the store is transported by nobody: its buyer has to come
    holder: stage === 'shipped' && facts.carrier === 'PICKUP' ? { group: 'customer' } : holderOf(facts, nowMs),
    ...(phoneEnc && { phone: personal.open(phoneEnc, 'phone') }),
    ...(addressEnc && { address: personal.open(addressEnc, 'address') }),
    source: {
      name: sourceName,
      heardAtMs,
      ...(staleAfterMinutes !== null && { staleAfterMs: staleAfterMinutes * 60_000 }),
      ...(sourceHeardAtMs !== null && { sourceHeardAtMs }),
    },
  }
}

function giftView({ gapFen, ...gift }: GiftJson): GiftFacts {
  return gapFen === undefined ? gift : { ...gift, gapFen: BigInt(gapFen) }
}

function withoutNulls(columns: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null))
}
