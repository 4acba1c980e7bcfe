import type { Sql } from './write.ts'

/**
 * Everything the desk may tell another system to do: product.md §0. Nothing else leaves the hub as a write; messages to people
 * are a list of their own. Amounts are fen as text, times are epoch ms.
 */
export type CommandPayloads = {
  /** Goods of this return are on their way: the warehouse shall expect them. */
  readonly 'wms.expect_return': {
    readonly returnId: string
    readonly channel: string
    readonly shop: string
    readonly orderNo: string
    readonly waybillNo?: string
    readonly carrier?: string
    readonly reason: string
    readonly refundFen?: string
    readonly lines: readonly {
      readonly lineKey: string
      readonly sku?: string
      readonly name: string
      readonly qty: number
    }[]
  }
  readonly 'wms.cancel_expected': { readonly returnId: string; readonly why: string }
  readonly 'wms.pick': {
    readonly orderId: string
    readonly channel: string
    readonly shop: string
    readonly orderNo: string
  }
  /** Words for the customer, sent by the CRM to whom it knows behind the order. */
  readonly 'crm.notice': {
    readonly orderNo: string
    readonly channel: string
    readonly shop: string
    readonly about: string
    readonly text: string
    /** When the money is expected, both days included, Beijing yyyy-MM-dd. */
    readonly fromDay?: string
    readonly untilDay?: string
  }
  readonly 'crm.field': { readonly orderNo: string; readonly field: 'last_fulfilled_at'; readonly atMs: number }
  readonly 'crm.service_record': {
    readonly orderNo: string
    readonly returnId: string
    readonly reason: string
    readonly refundFen?: string
  }
  readonly 'erp.receivable': { readonly orderNo: string; readonly returnId: string; readonly amountFen: string }
  readonly 'erp.gift_freeze': { readonly orderNo: string; readonly sku: string; readonly qty: number }
  readonly 'erp.gift_release': { readonly orderNo: string; readonly sku: string; readonly qty: number }
  readonly 'customs.predeclare': { readonly orderNo: string; readonly document: string }
  // Of the other list, messages to people: a to-do of the warehouse. It stands in the ledger too, because it is closed by its receipt.
  readonly 'todo.open': {
    readonly returnId: string
    readonly orderNo: string
    readonly channel: string
    readonly waybillNo?: string
    readonly carrier?: string
    readonly goods: readonly { readonly name: string; readonly qty: number }[]
  }
  /** `opened`: the key of the command that opened it. */
  readonly 'todo.close': { readonly returnId: string; readonly opened: string }
}

export type CommandName = keyof CommandPayloads
export type CommandOf<N extends CommandName> = { readonly name: N; readonly payload: CommandPayloads[N] }
export type Command = { [N in CommandName]: CommandOf<N> }[CommandName]

/** refused: never, whatever is tried; `reason` is for the operator and holds no personal data. */
export type CommandOutcome =
  | { readonly outcome: 'done'; readonly receipt: Readonly<Record<string, string>> }
  | { readonly outcome: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly outcome: 'refused'; readonly reason: string }

/** A system that carries commands out. The same key twice is one effect: the system, or its adapter, sees to it. */
export type CommandPort = {
  /** As it is called in the ledger and by doctor: `wdt`, `hub` (the local stand-in on hub data). */
  readonly name: string
  readonly takes: readonly CommandName[]
  run(command: Command, key: string, signal: AbortSignal): Promise<CommandOutcome>
}

/** One command to be given in the caller's transaction; the same key twice is one command. */
export type GivenCommand = {
  readonly key: string
  readonly subject: string
  readonly command: Command
  /** May be taken back so long. */
  readonly holdMs?: number
}

export type GiveCommands = (tx: Sql, given: readonly GivenCommand[]) => Promise<void>
