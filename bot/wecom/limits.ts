/** Figures of WeCom, read 2026-11-22. [n] is https://developer.work.weixin.qq.com/document/path/n unless a figure is ours. */

/** A callback without answer is cut after 5 s and sent again, 3 tries in all [90238]; the rest is the way back. */
export const answerBudgetMs = 4_500
/** Ours: the vendor sends a few KB. Counted before anything is parsed (reliability, "Figures to use"). */
export const bodyBytes = 65_536
/** |now − timestamp| of a callback. Whether a retry carries a new timestamp is unknown, so wide; the inbox is the real guard. */
export const signatureWindowMs = 3_600_000
/** Ours: the deepest callback there is (SendPicsInfo/PicList/item) has 5 levels. */
export const xmlDepth = 12
/** Ours: the longest callback has a few dozen tags; 64 KiB of them would hold the event loop for 50 ms. */
export const xmlTags = 2_000

/** Passive text [90241] and text by message/send [90236], in bytes of UTF-8; longer ones are cut by the vendor. */
export const textBytes = 2_048

/** Every outward call (reliability rule 10). */
export const callTimeoutMs = 10_000
/** /readyz and doctor wait 3 s. */
export const healthTimeoutMs = 2_500
/** How long one answer about health holds: /readyz is asked every few seconds. */
export const healthMemoryMs = 30_000
/** An answer of the API is a few hundred bytes; the bound is ours. */
export const answerBytes = 1_048_576
/** media/get: pictures up to 10 MB [90253]; larger files are not for the desk. */
export const mediaBytes = 10 * 1_048_576

/** A wrong secret several times bars our address for an hour [90313, 45009]: one try, then none for so long. */
export const secretBrakeMs = 3_600_000

/** Per app and member: 30 a minute and 1000 an hour, the rest is dropped without an error [90236]. */
export const memberWindows = [
  { ms: 60_000, max: 30 },
  { ms: 3_600_000, max: 1_000 },
] as const

/**
 * duplicate_check_interval [90236], at most 4 h: the platform drops a request whose JSON it has had within that time. A card's
 * task_id makes its request unique, so the longest there is. Words carry no key: theirs is this range, see send.ts.
 */
export const cardRepeatSeconds = 14_400
export const textRepeatSeconds = { least: 7_200, most: 14_400 } as const

/** template_card of message/send [90236], characters unless said otherwise; where the AI bot's page [101032] names less, that. */
export const card = {
  sourceChars: 13,
  titleChars: 26,
  titleDescChars: 30,
  subTitleChars: 112,
  /** quote_text: the vendor names none; ours, 8 lines of 40. */
  quoteChars: 330,
  facts: 6,
  factNameChars: 5,
  factValueChars: 26,
  buttons: 6,
  buttonChars: 10,
  buttonKeyBytes: 1_024,
  taskIdBytes: 128,
} as const

/** The AI bot's gateway [101463]: ours to wait for the subscription, since the SDK would wait for ever. */
export const aibotAuthMs = 10_000
/** Ours: first and longest wait before the next connection. */
export const aibotFirstWaitMs = 1_000
export const aibotLongestWaitMs = 30_000
/** Ours: after a refused secret, or when another process is connected as the bot; the subscription is rate protected. */
export const aibotRefusedWaitMs = 60_000
/** Markdown of the AI bot [101031], bytes of UTF-8. */
export const markdownBytes = 20_480
