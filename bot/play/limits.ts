/** The play chat's own bounds. Where a vendor has a figure for the same thing, it is taken, so that all doors behave alike. */

/** As WeCom's callback: a later answer takes the way of the outbox here too. */
export const answerBudgetMs = 5_000

/** reliability.md: body ≤ 64 KiB before any parsing, photos and files ≤ 10 MB. */
export const maxJsonBytes = 64 * 1024
export const maxFileBytes = 10 * 1024 * 1024

export const maxTextChars = 20_000
export const maxFileNameChars = 180
/** A WeCom button key may have 1,024 bytes: the door carries that much, cards make far less. */
export const maxTokenChars = 1_024
export const maxLabelChars = 40

/** Transcript entries a request or a round of the stream reads at once. */
export const pageEntries = 200
/** Keys remembered per conversation to recognise a repeated send; the outbox gives up long before this many follow. */
export const keysKept = 5_000

/** Entries written by another process are seen this late; this process's own wake the stream at once. */
export const streamPollMs = 2_000
export const heartbeatMs = 15_000
/** Browsers hold six connections per host: this is ten people with every tab open. */
export const maxStreams = 64

/** The clock may be moved by a year either way: beyond that, dates in the sample data mean nothing. */
export const maxOffsetMs = 366 * 24 * 60 * 60 * 1_000
