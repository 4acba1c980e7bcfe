/** Figures of DingTalk, read 2026-11-22. Pages are below https://open.dingtalk.com/document/development/ unless said otherwise. */

/** A push over Stream is given up after 3 s (appendix-b-proposals-for-rational-use-of-resources); we answer well inside. */
export const messageBudgetMs = 2_000
/** A card tap must be answered within 2 s (event-callback-card); the rest is for the way back. */
export const tapBudgetMs = 1_800
/** A push over HTTP is given up after 2.5 s (receive-message). */
export const httpBudgetMs = 2_200

/** |now − timestamp| of a signed push (receive-message). Repeats may carry the old time; the inbox is the real guard. */
export const signatureWindowMs = 3_600_000
/** Our own bound; the vendor names none. Checked before anything is parsed. */
export const bodyBytes = 65_536

/** Every outward call (reliability rule 10). */
export const callTimeoutMs = 10_000
/** An answer of the API is a few hundred bytes; more is not for us. */
export const answerBytes = 1_048_576
/** Photos and files fetched for the desk. */
export const mediaBytes = 10 * 1_048_576
/** Health must answer within 3 s. */
export const healthTimeoutMs = 2_500

/** How long a refused key pair or a banned address (call-frequency-limit) keeps all calls back. */
export const brakeMs = 300_000

/** Per app and API, standard edition (how-to-process-api-throttling-on-the-dingtalk-server). */
export const apiWindows = [{ ms: 1_000, max: 20 }] as const

/** `msgParam` of a robot send (chatbots-send-one-on-one-chat-messages-in-batches); used for sessionWebhook bodies too, which name none. */
export const messageBytes = 15_000
/** sampleActionCard2…5: the API knows no card with six buttons. */
export const apiButtons = 5
/** A reply address is left alone this long before it ends: the post itself takes time. */
export const replyAddressMarginMs = 5_000

/** cardParamMap (instructions-for-filling-in-api-card-data). */
export const cardKeyBytes = 100
export const cardValueBytes = 1_024
export const outTrackIdChars = 100

/** Stream gateway; the vendor names no figures for the client's side, these are ours (docs/decisions/040). */
export const streamTimings = {
  firstWaitMs: 1_000,
  longestWaitMs: 60_000,
  /** After the gateway refused the key pair: a person has to act first. */
  refusedWaitMs: 300_000,
  /** A connection that lived shorter counts as a failed attempt, so a server that throws us out at once causes no storm. */
  settledMs: 10_000,
  pingMs: 30_000,
  /** After this many pings without any sign of life the socket is dead: 60 to 90 s. */
  unheardPings: 2,
  handshakeMs: 10_000,
  /** The server closes a socket 10 s after its `disconnect` frame. */
  farewellMs: 12_000,
  /** How long `stop` waits for answers under way. */
  drainMs: 2_500,
} as const
export type StreamTimings = { readonly [Name in keyof typeof streamTimings]: number }
/** One frame; the SDK's socket would take 100 MiB. */
export const frameBytes = 1_048_576
