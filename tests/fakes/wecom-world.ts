import { randomBytes } from 'node:crypto'
import { cardButtons, cardWords, judgeCard, type VendorCard } from './wecom-card-rules.ts'

/** A message as it stands in a member's chat with the app. */
export type StandingMessage = {
  readonly msgid: string
  readonly to: string
  readonly sentAtMs: number
  /** The text, or the card as it looks now. */
  content: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'card'; readonly card: VendorCard }
  readonly taskId: string | undefined
}

export type WorldSettings = {
  readonly corpId: string
  readonly agentId: number
  readonly secret: string
  /** Who is in the app's visible range; everybody unless said otherwise. */
  readonly knows?: (userId: string) => boolean
  readonly nowMs?: () => number
}

const hourMs = 3_600_000
const codeLifeMs = 72 * hourMs
/** The vendor names no number; "several". */
const wrongSecretsBeforeBan = 5

type Answer = { readonly errcode: number; readonly [field: string]: unknown }

/** The state of one corp and app behind qyapi, without the wire: tokens, chats, codes, files. Ids ignore case as the real ones. */
export class WecomWorld {
  readonly messages: StandingMessage[] = []
  /** Sent but shown to nobody: over 30 a minute or 1000 an hour. The caller was told errcode 0. */
  readonly dropped: StandingMessage[] = []
  readonly recalled: StandingMessage[] = []
  readonly files = new Map<string, { readonly bytes: Uint8Array; readonly type: string; readonly name: string }>()
  tokensGiven = 0
  /** Calls to everything but gettoken answer 60020 while false. */
  trustsCaller = true
  secret: string
  private readonly settings: WorldSettings
  private token: { readonly value: string; readonly untilMs: number } | undefined
  private wrongSecrets: number[] = []
  private readonly codes = new Map<string, { readonly message: StandingMessage; readonly untilMs: number }>()
  private readonly requests = new Map<string, { readonly msgid: string; readonly untilMs: number; code?: string }>()
  private readonly taskIds = new Set<string>()

  constructor(settings: WorldSettings) {
    this.settings = settings
    this.secret = settings.secret
  }

  nowMs(): number {
    return (this.settings.nowMs ?? Date.now)()
  }

  chatOf(userId: string): readonly StandingMessage[] {
    return this.messages.filter(({ to }) => to === userId.toLowerCase())
  }

  /** Takes the token back before its time, as the platform may. */
  revokeToken(): void {
    this.token = undefined
  }

  getToken(corpId: string | null, secret: string | null): Answer {
    const nowMs = this.nowMs()
    this.wrongSecrets = this.wrongSecrets.filter((atMs) => nowMs - atMs < hourMs)
    if (this.wrongSecrets.length >= wrongSecretsBeforeBan) return { errcode: 45009 }
    if (corpId !== this.settings.corpId) return { errcode: 40013 }
    if (secret !== this.secret) {
      this.wrongSecrets.push(nowMs)
      return { errcode: 40001 }
    }
    // asking again while one is valid returns the same
    if (this.token === undefined || this.token.untilMs <= nowMs) {
      this.token = { value: randomBytes(40).toString('base64url'), untilMs: nowMs + 7_200_000 }
      this.tokensGiven += 1
    }
    return { errcode: 0, access_token: this.token.value, expires_in: Math.floor((this.token.untilMs - nowMs) / 1_000) }
  }

  /** The errcode that a call with this token gets, 0 when it may go on. */
  checkToken(given: string | null): number {
    if (given === null || given === '') return 41001
    if (this.token === undefined || given !== this.token.value) return 40014
    if (this.token.untilMs <= this.nowMs()) return 42001
    return this.trustsCaller ? 0 : 60020
  }

  send(body: VendorCard, raw: string): Answer {
    if (!Number.isInteger(body.agentid)) return { errcode: 40056 }
    if (body.agentid !== this.settings.agentId) return { errcode: 301002 }
    const to = typeof body.touser === 'string' ? body.touser : ''
    if (to === '' || to.includes('|') || to.startsWith('@')) return { errcode: 40035 }
    if (!(this.settings.knows ?? (() => true))(to)) return { errcode: 81013, invaliduser: to.toLowerCase() }
    const repeat = body.enable_duplicate_check === 1 ? this.requests.get(raw) : undefined
    if (repeat !== undefined && repeat.untilMs > this.nowMs())
      return { errcode: 0, msgid: repeat.msgid, ...(repeat.code && { response_code: repeat.code }) }
    const content = this.contentOf(body)
    return typeof content === 'number' ? { errcode: content } : this.deliver(to, content, { raw, body })
  }

  update(body: VendorCard): Answer {
    if (body.agentid !== this.settings.agentId) return { errcode: 40056 }
    const card = body.template_card as VendorCard | undefined
    const errcode = card === undefined ? 0 : judgeCard(card, true)
    if (errcode !== 0) return { errcode }
    const users = Array.isArray(body.userids) ? body.userids.map((id) => String(id).toLowerCase()) : []
    const code = String(body.response_code)
    const right = this.codes.get(code)
    // one use each, whatever becomes of it
    this.codes.delete(code)
    if (right === undefined || right.untilMs <= this.nowMs()) return { errcode: 60140 }
    if (users.length > 0 && !users.includes(right.message.to)) return { errcode: 0, invaliduser: users }
    this.redraw(right.message, card ?? { replace_text: (body.button as VendorCard)?.replace_name })
    return { errcode: 0 }
  }

  /** For 24 h, by the app that sent it; the chat says that a message was taken back. */
  recall(body: VendorCard): Answer {
    const at = this.messages.findIndex(({ msgid }) => msgid === body.msgid)
    const message = this.messages[at]
    if (message === undefined) return { errcode: 40058 }
    if (this.nowMs() - message.sentAtMs > 24 * hourMs) return { errcode: 42052 }
    this.messages.splice(at, 1)
    this.recalled.push(message)
    return { errcode: 0 }
  }

  /** A tap by its member: fresh right to redraw, one use, 72 h. */
  codeFor(message: StandingMessage): string {
    const code = randomBytes(24).toString('base64url')
    this.codes.set(code, { message, untilMs: this.nowMs() + codeLifeMs })
    return code
  }

  /** A whole new card, or only its greyed button. */
  redraw(message: StandingMessage, card: VendorCard): void {
    if (message.content.kind !== 'card') return
    const whole = card.card_type !== undefined
    message.content = { kind: 'card', card: whole ? card : { ...message.content.card, ...card } }
  }

  private contentOf(body: VendorCard): StandingMessage['content'] | number {
    if (body.msgtype === 'text') {
      const text = (body.text as VendorCard | undefined)?.content
      if (typeof text !== 'string' || text.trim() === '') return 44004
      return { kind: 'text', text: cut(text) }
    }
    if (body.msgtype !== 'template_card') return 40008
    const card = (body.template_card ?? {}) as VendorCard
    const errcode = judgeCard(card)
    if (errcode !== 0) return errcode
    const taskId = card.task_id
    if (typeof taskId !== 'string') return { kind: 'card', card }
    if (this.taskIds.has(taskId)) return 42014
    this.taskIds.add(taskId)
    return { kind: 'card', card }
  }

  private deliver(
    to: string,
    content: StandingMessage['content'],
    { raw, body }: { readonly raw: string; readonly body: VendorCard },
  ): Answer {
    const nowMs = this.nowMs()
    const taskId = content.kind === 'card' ? (content.card.task_id as string | undefined) : undefined
    const msgid = randomBytes(16).toString('base64url')
    const message: StandingMessage = { msgid, to: to.toLowerCase(), sentAtMs: nowMs, content, taskId }
    const within = (ms: number) => this.chatOf(to).filter(({ sentAtMs }) => nowMs - sentAtMs < ms).length
    if (within(60_000) >= 30 || within(hourMs) >= 1_000) this.dropped.push(message)
    else this.messages.push(message)
    const clickable = content.kind === 'card' && cardButtons(content.card).length > 0
    const code = clickable ? this.codeFor(message) : undefined
    const interval = Number(body.duplicate_check_interval ?? 1_800) * 1_000
    this.requests.set(raw, { msgid, untilMs: nowMs + Math.min(interval, 4 * hourMs), ...(code && { code }) })
    return { errcode: 0, msgid, ...(code && { response_code: code }) }
  }
}

/** Everything a person reads in the message. */
export function wordsOf({ content }: StandingMessage): string {
  return content.kind === 'text' ? content.text : cardWords(content.card)
}

/** 2048 bytes, the rest is cut off. */
function cut(text: string): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, 2_048))
}
