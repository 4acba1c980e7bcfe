/** What the door needs to read and answer callbacks of one self-built app. */
export type DoorSettings = {
  readonly corpId: string
  readonly agentId: number
  /** The callback's Token (letters and digits, at most 32). */
  readonly token: string
  /** 43 characters. */
  readonly encodingAesKey: string
}

/** All that is known of the app; `secret` and `apiBase` are for calls out. */
export type WecomSettings = DoorSettings & {
  readonly secret: string
  /** https://qyapi.weixin.qq.com, or a proxy whose address is in the app's trusted IP list. */
  readonly apiBase: string
}
