import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { CommandPayloads } from '../hub/commands.ts'
import { channels } from '../hub/order-facts.ts'
import type { StockLot } from '../hub/stock.ts'
import { BadPayload } from '../runtime/errors.ts'
import type { Json } from '../runtime/json.ts'
import { defaultCarrierForm, shopForm } from './adapter.ts'
import type { Page } from './paging.ts'
import type { WdtRefund, WdtStockIn, WdtStockOut, WdtTrade } from './wdt-records.ts'

// What the two editions of 旺店通 have in common, and where they differ: each is a WdtSystem.

const wdtShopForm = z.strictObject({
  /** 店铺编号 of 旺店通. */
  shopNo: z.string().trim().min(1).max(40),
  shop: shopForm,
  channel: z.enum(channels),
  /** orders: the shop is read through 旺店通 (京东). stock-outs: its own connector tells the orders, 旺店通 what goes out. */
  reads: z.enum(['orders', 'stock-outs']).default('orders'),
  defaultCarrier: defaultCarrierForm,
})

/** What both editions are told; `shops` in the order they are read. */
export const wdtForm = {
  sid: z.string().trim().min(1),
  shops: z
    .array(wdtShopForm)
    .min(1)
    .superRefine((shops, issue) => {
      for (const { channel, reads, shopNo } of shops)
        if (channel === 'tmall' && reads === 'orders')
          issue.addIssue({
            code: 'custom',
            message: `shop ${shopNo}: this vendor gives no orders of Taobao and Tmall; use reads "stock-outs" and the shop's own connector`,
          })
      const slugs = shops.map(({ shopNo }) => slugOf(shopNo))
      if (new Set(slugs).size < slugs.length) issue.addIssue({ code: 'custom', message: 'a shopNo stands there twice' })
    }),
  /** As in the contract; the vendor publishes no figure. */
  callsPerMinute: z.number().int().min(1).max(600).default(60),
  /** An order may go out in several parcels, so each that goes out is asked for once more. false where the warehouse never splits. */
  splitOrders: z.boolean().default(true),
  /** 仓库编号 of warehouses that hold what is about to expire. */
  nearExpiryWarehouses: z.array(z.string()).default([]),
}

export type WdtSettings = { readonly [K in keyof typeof wdtForm]: z.infer<(typeof wdtForm)[K]> }
export type WdtShopSettings = z.infer<typeof wdtShopForm>

/** Part of a channel's name: small letters, digits, dashes. Numbers of shops may be written in Chinese. */
export function slugOf(shopNo: string): string {
  const plain = shopNo.toLowerCase()
  return /^[a-z0-9-]{1,20}$/.test(plain) ? plain : createHash('md5').update(shopNo).digest('hex').slice(0, 8)
}

/** Which rows of a list: those of a span (whole seconds, both ends included), or those about one number. */
export type Wanted =
  | { readonly fromMs: number; readonly toMs: number; readonly shopNo: string }
  | { readonly tid: string; readonly shopNo: string }
  | { readonly refundNo: string; readonly shopNo: string }
  /** The number under which an after-sale request was given to 旺店通, by a platform or by us. */
  | { readonly rawRefundNo: string; readonly shopNo: string }

export type WdtList<T> = {
  /** Page 0 is the first. */
  page(wanted: Wanted, page: number, signal: AbortSignal): Promise<Page<Json>>
  idOf(row: Json): string
  /** The shop's own number in it, by which people look for it. */
  about(row: Json): string | undefined
  /** Throws BadPayload that names the field which is not as documented. */
  read(row: Json): T
}

export type Expected = CommandPayloads['wms.expect_return']

/** partial failures are told by the vendor inside an answer that says ok. */
export type PushedRefund =
  | { readonly outcome: 'pushed'; readonly receipt: Readonly<Record<string, string>> }
  | { readonly outcome: 'failed'; readonly words: string }

export type WdtSystem = {
  readonly pageSize: number
  readonly trades: WdtList<WdtTrade>
  /** By the time they went out. */
  readonly stockOuts: WdtList<WdtStockOut>
  readonly refunds: WdtList<WdtRefund>
  readonly stockIns: WdtList<WdtStockIn>
  /** How many SKUs one question about stock may name. */
  readonly skusAtOnce: number
  /** Rows of these SKUs, or of what changed in a span. */
  stockPage(
    wanted: { readonly skus: readonly string[] } | { readonly fromMs: number; readonly toMs: number },
    page: number,
    signal: AbortSignal,
  ): Promise<Page<Json>>
  readStock(row: Json, readAtMs: number): StockLot
  /** The vendor changes what it has under this number, or makes it. */
  pushRefund(
    refund: { readonly refundNo: string; readonly shopNo: string; readonly goods: Expected; readonly atMs: number },
    signal: AbortSignal,
  ): Promise<PushedRefund>
}

/** Pieces are decimals at this vendor (`2.0000`); half a piece of something is no piece count. */
export function piecesOf(value: Json | undefined, field: string): number {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : ''
  const match = /^(-?\d{1,12})(?:\.0*)?$/.exec(text)
  if (match === null) throw new BadPayload(`${field} is not a number of pieces`)
  return Number(match[1])
}

/** Numbers that stand in one text, separated by commas. */
export const numbersIn = (text: string | undefined) => [
  ...new Set((text ?? '').split(/[,\uFF0C\s]+/).filter((one) => one !== '')),
]
