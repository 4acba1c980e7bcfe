/** How the phone stands among the channels of the clocks: beside the names of platforms, tried after them. */
export const phoneChannel = 'sms'

/** sent: the vendor took it. retry: not now. refused: never; reasons hold no number. */
export type SmsOutcome =
  | { readonly outcome: 'sent'; readonly receipt?: Readonly<Record<string, string>> }
  | { readonly outcome: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly outcome: 'refused'; readonly reason: string }

/**
 * Reaches a colleague's phone where no chat does. A vendor's adapter carries it out; the same key twice is one message.
 */
export type SmsSender = {
  /** As it is called in logs and by doctor. */
  readonly name: string
  /** `ring`: the phone rings and the words are read out; a vendor without voice sends the words alone. */
  send(
    message: { readonly phone: string; readonly text: string; readonly ring: boolean },
    key: string,
    signal: AbortSignal,
  ): Promise<SmsOutcome>
}
