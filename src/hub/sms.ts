import type { ReadPush } from './channel-port.ts'
import type { SmsTemplate, SmsValues } from './sms-templates.ts'

/** How the phone stands among the channels of the clocks: beside the names of platforms, tried after them. */
export const phoneChannel = 'sms'

/** sent: the vendor took it. retry: not now. refused: never; reasons hold no number. */
export type SmsOutcome =
  | { readonly outcome: 'sent'; readonly receipt?: Readonly<Record<string, string>> }
  | { readonly outcome: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly outcome: 'refused'; readonly reason: string }

export type SmsMessage = {
  readonly phone: string
  readonly text: string
  /** The phone rings and the words are read out; a vendor without voice sends the words alone. */
  readonly ring: boolean
  /** It may not wait for the morning. */
  readonly urgent?: boolean
  /** The words in parts, for vendors that send approved templates only. */
  readonly title?: string
  readonly about?: string
}

/**
 * Reaches a colleague's phone where no chat does. A vendor's adapter carries it out; the same key twice is one message.
 */
export type SmsSender = {
  /** As it is called in logs and by doctor. */
  readonly name: string
  send(message: SmsMessage, key: string, signal: AbortSignal): Promise<SmsOutcome>
}

/** What becomes of one call. Unknown outcomes throw Unreachable. Codes are the vendor's. */
export type SmsTaken =
  | { readonly outcome: 'sent'; readonly receipt: string }
  /** Certainly not sent; it may be tried again. */
  | { readonly outcome: 'wait'; readonly code: string; readonly afterMs: number }
  | { readonly outcome: 'refused'; readonly code: string; readonly reason: string }

/** A vendor of text messages. It may send twice when asked twice: hub/sms-sending.ts sees that it is not. */
export type SmsVendor = {
  /** As in connectors.json and in its callback's address. */
  readonly name: string
  readonly templates: readonly SmsTemplate[]
  /** Receipts, as hints about messages. */
  readonly readPush?: ReadPush
  /** `id` comes back with the receipt. */
  send(
    given: {
      readonly phone: string
      readonly template: SmsTemplate
      readonly values: SmsValues
      readonly id: string
    },
    signal: AbortSignal,
  ): Promise<SmsTaken>
  /** The vendor's number of a message that may have been sent after `sinceMs`; undefined when it was not. */
  find(
    given: { readonly phone: string; readonly id: string; readonly sinceMs: number },
    signal: AbortSignal,
  ): Promise<string | undefined>
}
