import { z } from 'zod'
import type { PurchaseSource, ReceivableSource, StockSource } from '../hub/back-office-port.ts'
import type { SalesChannel } from '../hub/channel-port.ts'
import type { CommandPort } from '../hub/commands.ts'
import type { CustomerSource } from '../hub/crm-port.ts'
import type { CustomsDesk } from '../hub/customs-port.ts'
import type { CarrierCode } from '../hub/order-facts.ts'
import type { OutboundSource } from '../hub/outbound-port.ts'
import type { SheetFolder } from '../hub/sheet-folder-port.ts'
import type { SmsVendor } from '../hub/sms.ts'
import type { Tracker } from '../hub/tracker-port.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Vendor, VendorOptions } from '../runtime/vendor-call.ts'

/** A token shared by all processes; hub/shared-token.ts is one. */
export type Tokens = {
  /** `last` is the token handed out before, over by now: some vendors renew with a part of it. */
  get(
    name: string,
    fetchNew: (last: string | undefined) => Promise<{ readonly token: string; readonly expiresAtMs: number }>,
  ): Promise<string>
  drop(name: string, token: string): Promise<void>
}

/** What an adapter gets besides its settings. */
export type AdapterParts = {
  readonly clock: Clock
  readonly tokens: Tokens
  readonly log: Log
  /** Pace, breaker and clock skew of one vendor, shared by its shops where its limits are. */
  readonly vendor: (options: Omit<VendorOptions, 'clock'>) => Vendor
  /** Where vendors reach us (`https://…`), for those that want the address of their callback with a call. */
  readonly publicUrl: string | undefined
}

/** What an outside system is to the hub: any of these. */
export type Connector = {
  /** A shop each. */
  readonly channels?: readonly SalesChannel[]
  readonly tracker?: Tracker
  readonly commands?: CommandPort
  readonly customers?: CustomerSource
  /** A warehouse that tells by itself what leaves it. */
  readonly outbound?: OutboundSource
  readonly stock?: StockSource
  readonly purchases?: PurchaseSource
  readonly receivables?: ReceivableSource
  readonly sms?: SmsVendor
  readonly customs?: CustomsDesk
  /** A folder into which distributors put their sheets. */
  readonly sheets?: SheetFolder
  /** For doctor: one harmless call. Throws with what to do. */
  check(signal: AbortSignal): Promise<void>
}

/** One line of the registry: the settings an adapter takes, and how it is opened with them. */
export type Adapter<S extends z.ZodType = z.ZodType> = {
  readonly settings: S
  /** `name` as in connectors.json: part of its callback's address, its tokens' names and its log lines. */
  open(name: string, settings: z.infer<S>, parts: AdapterParts): Connector
}

/** Keeps the settings' type together with its opener. */
export function adapter<S extends z.ZodType>(settings: S, open: Adapter<S>['open']): Adapter<S> {
  return { settings, open }
}

const carriers: readonly CarrierCode[] = [
  'SF',
  'JD',
  'JT',
  'YTO',
  'DBL',
  'STO',
  'YUNDA',
  'ZTO',
  'EMS',
  'POST',
  'CAINIAO',
]

/** How people call the shop; stands in answers and in the identity of its orders: never change it afterwards. */
export const shopForm = z.string().trim().min(1).max(64)

/**
 * By whom the shop sends. Platforms name a carrier only once there is a waybill; without this setting every order that waits to be
 * shipped would stand in quarantine for want of one.
 */
export const defaultCarrierForm = z.enum(carriers as [CarrierCode, ...CarrierCode[]]).optional()

/** For vendors that do not sign: stands behind the connector's name in the address of the callback, a reference like other secrets. */
export const pathSecretForm = z.string().min(24)

/** Where the vendor is called: its own address unless told otherwise (its sandbox, a relay). */
export const addressForm = (vendors: string) => z.url({ protocol: /^https?$/ }).default(vendors)
