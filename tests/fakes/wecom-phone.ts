import { randomBytes } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import { cardButtons, judgeCard, type VendorCard } from './wecom-card-rules.ts'
import { decrypt, encrypt, sign } from './wecom-crypt.ts'
import type { StandingMessage, WecomWorld } from './wecom-world.ts'

export type CallbackSettings = {
  readonly corpId: string
  readonly agentId: number
  readonly token: string
  readonly encodingAesKey: string
  /** The platform cuts the connection after so long; 5000. */
  readonly patienceMs?: number
  /** How often it is sent in all; 3. */
  readonly tries?: number
  /** How the envelope and the message are written; xml. */
  readonly wire?: 'xml' | 'json'
}

/** What became of one delivery. */
export type Delivered = {
  /** How often it was sent. */
  readonly tries: number
  /** HTTP status of the last try; undefined when there was no answer. */
  readonly status: number | undefined
  /** The clear passive reply as it came, '' for an empty body. Decrypted and its signature checked. */
  readonly clear: string
  /** Text shown to the member: undefined for none, also for words in answer to a tap (not shown by the real one). */
  readonly shown: string | undefined
  /** errcode the platform would log for a card update in the reply; 0 = taken, undefined = none was sent. */
  readonly update: number | undefined
}

type Elements = Readonly<Record<string, string | number | undefined>>

export type Envelope = { readonly url: string; readonly body: string; readonly contentType: string }

type Parts = CallbackSettings & { readonly world: WecomWorld; callbackUrl(): string }

const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: true, trimValues: false })

/** Members writing, tapping and scanning: each makes WeCom call our callback. */
export class WecomPhone {
  private readonly parts: Parts
  private readonly keys: { readonly token: string; readonly encodingAesKey: string; readonly receiveId: string }
  private serial = 4561255354251345929n

  constructor(parts: Parts) {
    this.parts = parts
    this.keys = { token: parts.token, encodingAesKey: parts.encodingAesKey, receiveId: parts.corpId }
  }

  say(userId: string, text: string, known: Elements = {}): Promise<Delivered> {
    return this.deliver(this.message(userId, 'text', { Content: text, ...known }))
  }

  photo(userId: string, mediaId: string, known: Elements = {}): Promise<Delivered> {
    const picture = { PicUrl: 'http://p.qpic.cn/x/0', MediaId: mediaId }
    return this.deliver(this.message(userId, 'image', { ...picture, ...known }))
  }

  /** subscribe, enter_agent, click …: what the member does that is no message. */
  event(userId: string, event: string, known: Elements = {}): Promise<Delivered> {
    return this.deliver(this.happening(userId, event, known))
  }

  /** Taps the button on the newest card in the member's chat that has it. */
  async tap(userId: string, label: string): Promise<Delivered> {
    const { message, key } = this.findButton(userId, label)
    const card = message.content.kind === 'card' ? message.content.card : {}
    const elements = this.happening(userId, 'template_card_event', {
      EventKey: key,
      TaskId: message.taskId,
      CardType: String(card.card_type),
      ResponseCode: this.parts.world.codeFor(message),
    })
    return this.deliver(elements, message)
  }

  /** Elements of a message, with a MsgId nobody had before. */
  message(userId: string, kind: string, known: Elements): Elements {
    this.serial += 1n
    return { ...this.head(userId, kind), MsgId: String(this.serial), AgentID: String(this.parts.agentId), ...known }
  }

  happening(userId: string, event: string, known: Elements): Elements {
    return { ...this.head(userId, 'event'), Event: event, AgentID: String(this.parts.agentId), ...known }
  }

  /** One delivery as WeCom sends it: signed and encrypted anew at each call. */
  envelope(clear: string, stamp: { readonly timestamp?: string; readonly nonce?: string } = {}): Envelope {
    const timestamp = stamp.timestamp ?? String(Math.floor(this.parts.world.nowMs() / 1_000))
    const nonce = stamp.nonce ?? String(randomBytes(4).readUInt32BE())
    const sealed = encrypt(this.keys, clear)
    const query = new URLSearchParams({
      msg_signature: sign(this.keys.token, timestamp, nonce, sealed),
      timestamp,
      nonce,
    })
    const outer = { ToUserName: this.parts.corpId, AgentID: String(this.parts.agentId), Encrypt: sealed }
    const json = this.parts.wire === 'json'
    return {
      url: `${this.parts.callbackUrl()}?${query}`,
      body: json ? JSON.stringify(outer) : writeXml(outer),
      contentType: json ? 'application/json' : 'text/xml',
    }
  }

  write(elements: Elements): string {
    return this.parts.wire === 'json' ? JSON.stringify(elements) : writeXml(elements)
  }

  /** The check when the address is saved [90238]: what we answered, decrypted nowhere, and whether it was taken. */
  async verifyUrl(
    echo = '7439084324873847234',
  ): Promise<{ readonly status: number; readonly body: string; readonly taken: boolean }> {
    const { url } = this.envelope('')
    const query = new URL(url).searchParams
    const echostr = encrypt(this.keys, echo)
    const timestamp = query.get('timestamp') ?? ''
    const nonce = query.get('nonce') ?? ''
    const signed = new URLSearchParams({
      msg_signature: sign(this.keys.token, timestamp, nonce, echostr),
      timestamp,
      nonce,
      echostr,
    })
    const response = await fetch(`${this.parts.callbackUrl()}?${signed}`, { signal: AbortSignal.timeout(1_000) })
    const body = await response.text()
    return { status: response.status, body, taken: response.status === 200 && body === echo }
  }

  deliver(elements: Elements, tapped?: StandingMessage): Promise<Delivered> {
    return this.deliverClear(this.write(elements), tapped)
  }

  /** Delivers this very message, up to three times; give it again for a redelivery. */
  async deliverClear(clear: string, tapped?: StandingMessage): Promise<Delivered> {
    const { tries = 3 } = this.parts
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.post(this.envelope(clear))
      if (answer?.status === 200) return { tries: attempt, status: 200, ...this.read(answer.body, tapped) }
      if (attempt >= tries || answer?.status === 403)
        return { tries: attempt, status: answer?.status, clear: '', shown: undefined, update: undefined }
    }
  }

  async post({
    url,
    body,
    contentType,
  }: Envelope): Promise<{ readonly status: number; readonly body: string } | undefined> {
    const init = { method: 'POST', headers: { 'content-type': contentType }, body }
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(this.parts.patienceMs ?? 5_000) })
      return { status: response.status, body: await response.text() }
    } catch {
      return undefined
    }
  }

  private read(body: string, tapped: StandingMessage | undefined): Omit<Delivered, 'tries' | 'status'> {
    if (body === '') return { clear: '', shown: undefined, update: undefined }
    const clear = this.open(body)
    const reply: Record<string, unknown> = clear.startsWith('{') ? JSON.parse(clear) : parser.parse(clear).xml
    if (reply.MsgType === 'text') return { clear, shown: tapped ? undefined : String(reply.Content), update: undefined }
    if (tapped === undefined) return { clear, shown: undefined, update: 40008 }
    const button = reply.Button as Record<string, unknown> | undefined
    const card = reply.TemplateCard === undefined ? undefined : (snakeCased(reply.TemplateCard) as VendorCard)
    const update = card === undefined ? 0 : judgeCard(card, true)
    if (update === 0) this.parts.world.redraw(tapped, card ?? { replace_text: button?.ReplaceName })
    return { clear, shown: undefined, update }
  }

  private open(body: string): string {
    const outer: Record<string, string> = body.startsWith('{') ? JSON.parse(body) : parser.parse(body).xml
    const [encrypted = '', given, timestamp, nonce = ''] = [
      outer.Encrypt,
      outer.MsgSignature,
      outer.TimeStamp,
      outer.Nonce,
    ]
    if (sign(this.keys.token, String(timestamp), nonce, encrypted) !== given)
      throw new Error('the passive reply is signed wrongly')
    return decrypt(this.keys, encrypted)
  }

  private head(userId: string, kind: string): Elements {
    const seconds = Math.floor(this.parts.world.nowMs() / 1_000)
    return { ToUserName: this.parts.corpId, FromUserName: userId, CreateTime: seconds, MsgType: kind }
  }

  private findButton(userId: string, label: string): { readonly message: StandingMessage; readonly key: string } {
    for (const message of [...this.parts.world.chatOf(userId)].reverse()) {
      const buttons = message.content.kind === 'card' ? cardButtons(message.content.card) : []
      const button = buttons.find((each) => each.label === label)
      if (button !== undefined) return { message, key: button.key }
    }
    throw new Error(`no card in the chat of ${userId} has a button ${label}`)
  }
}

/** As WeCom writes: text in CDATA, numbers bare. */
function writeXml(elements: Elements): string {
  const written = Object.entries(elements)
    .filter((entry) => entry[1] !== undefined)
    .map(([name, value]) => `<${name}>${typeof value === 'number' ? value : cdata(String(value))}</${name}>`)
  return `<xml>${written.join('')}</xml>`
}

function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

/** The names of a passive reply [90241] in those of message/send. */
function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [snakeName(name), snakeCased(inner)]))
}

function snakeName(name: string): string {
  if (name === 'KeyName') return 'keyname'
  return name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}
