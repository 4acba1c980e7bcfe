import { createCipheriv, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { cardButtons, judgeCard, type VendorCard } from './wecom-card-rules.ts'

// WeCom's AI bot gateway on a loopback port: frames, subscription, one connection per bot, acknowledgements and refusals as
// the long connection's page tells them. What it shows is what people see in the chats.

export type BotShown = { readonly words: string; readonly card?: VendorCard; readonly quotes?: string }

type Frame = { cmd?: string; headers: { req_id: string }; body?: Record<string, unknown> }

export type FakeAibot = {
  readonly settings: { readonly botId: string; readonly secret: string; readonly url: string }
  /** A member writes in a group (with the mention) or to the bot; resolves with the message's id when it was pushed. */
  say(
    userId: string,
    text: string,
    where?: { readonly group?: string; readonly corpId?: string; readonly msgId?: string },
  ): string
  photo(userId: string, bytes: Uint8Array): string
  enter(userId: string): string
  /** Taps the newest card with this label in that chat. */
  tap(userId: string, label: string, where?: { readonly group?: string }): string
  /** What stands in a group or in a member's chat with the bot, oldest first. */
  shownIn(chat: string): readonly BotShown[]
  /** Another process connects as the bot: ours is told and closed. */
  kick(): void
  /** The socket goes without a word. */
  drop(): void
  /** The next frame of this command is refused. */
  refuse(cmd: string, errcode: number): void
  readonly subscriptions: readonly string[]
  connected(): boolean
  secret: string
  close(): Promise<void>
}

const ok = { errcode: 0, errmsg: 'ok' }

/** Listens on a free loopback port. */
export async function startFakeAibot(): Promise<FakeAibot> {
  const world = new World()
  const http = createServer((request, response) => {
    const file = world.files.get(request.url ?? '')
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file)
  })
  const sockets = new WebSocketServer({ server: http })
  sockets.on('connection', (socket) => world.welcome(socket))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const fake: FakeAibot = {
    settings: { botId: 'aibFAKE', secret: 'fake-bot-secret', url: `ws://127.0.0.1:${port}` },
    say: (userId, text, { group, corpId, msgId } = {}) =>
      world.push('aibot_msg_callback', {
        ...(msgId !== undefined && { msgid: msgId }),
        ...(group === undefined ? { chattype: 'single' } : { chatid: group, chattype: 'group' }),
        from: { userid: userId, ...(corpId !== undefined && { corpid: corpId }) },
        msgtype: 'text',
        text: { content: group === undefined ? text : `@查单助手 ${text}` },
      }),
    photo: (userId, bytes) => {
      const { path, aeskey } = world.encrypt(bytes)
      const image = { url: `http://127.0.0.1:${port}${path} `, aeskey }
      return world.push('aibot_msg_callback', { chattype: 'single', from: { userid: userId }, msgtype: 'image', image })
    },
    enter: (userId) =>
      world.push('aibot_event_callback', {
        from: { userid: userId },
        create_time: Math.floor(Date.now() / 1_000),
        msgtype: 'event',
        event: { eventtype: 'enter_chat' },
      }),
    tap: (userId, label, { group } = {}) => world.tap(userId, label, group),
    shownIn: (chat) => world.chats.get(chat) ?? [],
    kick: () => world.kick(),
    drop: () => world.socket?.terminate(),
    refuse: (cmd, errcode) => world.refusals.set(cmd, errcode),
    subscriptions: world.subscriptions,
    connected: () => world.socket !== undefined,
    get secret() {
      return world.secret
    },
    set secret(value) {
      world.secret = value
    },
    close: () => stop(http, sockets),
  }
  return fake
}

async function stop(http: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate()
  await new Promise<void>((resolve) => sockets.close(() => resolve()))
  await new Promise<void>((resolve) => http.close(() => resolve()))
}

class World {
  socket: WebSocket | undefined
  secret = 'fake-bot-secret'
  readonly subscriptions: string[] = []
  readonly chats = new Map<string, BotShown[]>()
  readonly files = new Map<string, Buffer>()
  readonly refusals = new Map<string, number>()
  /** Who wrote what under which req_id: replies and updates are judged by it. */
  private readonly asked = new Map<
    string,
    { chat: string; event?: string; taskId?: string; atMs: number; words: string }
  >()
  private readonly taskIds = new Set<string>()
  private readonly wrote = new Set<string>()
  private serial = 0

  welcome(socket: WebSocket): void {
    socket.on('message', (data) => this.take(socket, JSON.parse(String(data))))
    socket.on('close', () => {
      if (this.socket === socket) this.socket = undefined
    })
  }

  push(cmd: string, body: Record<string, unknown>): string {
    this.serial += 1
    const msgid = String(body.msgid ?? `bot-msg-${this.serial}`)
    const reqId = `req-${this.serial}`
    const from = body.from as { userid: string }
    const chat = String(body.chatid ?? from.userid)
    this.wrote.add(chat)
    const event = body.event as { eventtype: string; template_card_event?: { task_id: string } } | undefined
    const text = body.text as { content: string } | undefined
    this.asked.set(reqId, {
      chat,
      ...(event && { event: event.eventtype }),
      ...(event?.template_card_event && { taskId: event.template_card_event.task_id }),
      atMs: Date.now(),
      words: text?.content ?? '',
    })
    if (this.socket === undefined) throw new Error('nobody is connected as the bot')
    this.socket.send(JSON.stringify({ cmd, headers: { req_id: reqId }, body: { aibotid: 'aibFAKE', ...body, msgid } }))
    return msgid
  }

  tap(userId: string, label: string, group: string | undefined): string {
    const chat = group ?? userId
    for (const { card } of [...(this.chats.get(chat) ?? [])].reverse()) {
      const button = card && cardButtons(card).find((each) => each.label === label)
      if (!card || !button) continue
      const key = button.key
      return this.push('aibot_event_callback', {
        ...(group === undefined ? { chattype: 'single' } : { chatid: group, chattype: 'group' }),
        from: { userid: userId },
        create_time: Math.floor(Date.now() / 1_000),
        msgtype: 'event',
        event: {
          eventtype: 'template_card_event',
          template_card_event: { card_type: card.card_type, event_key: key, task_id: card.task_id },
        },
      })
    }
    throw new Error(`no card in ${chat} has a button ${label}`)
  }

  kick(): void {
    const body = { msgid: `kick-${++this.serial}`, msgtype: 'event', event: { eventtype: 'disconnected_event' } }
    this.socket?.send(JSON.stringify({ cmd: 'aibot_event_callback', headers: { req_id: 'kick' }, body }))
  }

  encrypt(bytes: Uint8Array): { path: string; aeskey: string } {
    const key = randomBytes(32)
    const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
    const pad = 32 - (bytes.length % 32)
    const path = `/file/${++this.serial}`
    this.files.set(path, Buffer.concat([cipher.update(Buffer.concat([bytes, Buffer.alloc(pad, pad)])), cipher.final()]))
    return { path, aeskey: key.toString('base64').slice(0, 43) }
  }

  private take(socket: WebSocket, frame: Frame): void {
    const { cmd = '', headers, body = {} } = frame
    const answer = (errcode: number) =>
      socket.send(JSON.stringify({ headers, ...(errcode === 0 ? ok : { errcode, errmsg: 'refused' }) }))
    answer(this.errcodeOf(socket, cmd, headers.req_id, body))
  }

  private errcodeOf(socket: WebSocket, cmd: string, reqId: string, body: Record<string, unknown>): number {
    if (cmd === 'aibot_subscribe') return this.subscribe(socket, body)
    if (cmd === 'ping') return 0
    const refusal = this.refusals.get(cmd)
    this.refusals.delete(cmd)
    if (refusal !== undefined) return refusal
    return socket === this.socket ? this.carryOut(cmd, reqId, body) : 846_609
  }

  private subscribe(socket: WebSocket, body: Record<string, unknown>): number {
    this.subscriptions.push(String(body.bot_id))
    if (body.secret !== this.secret) return 853_000
    if (this.socket !== undefined && this.socket !== socket) this.kick()
    this.socket = socket
    return 0
  }

  private carryOut(cmd: string, reqId: string, body: Record<string, unknown>): number {
    const asked = this.asked.get(reqId)
    switch (cmd) {
      case 'aibot_respond_msg':
        if (asked === undefined || asked.event !== undefined) return 40_008
        return this.show(asked.chat, body, asked.words)
      case 'aibot_respond_welcome_msg':
        if (asked?.event !== 'enter_chat' || Date.now() - asked.atMs > 5_000) return 40_008
        return this.show(asked.chat, body)
      case 'aibot_respond_update_msg': {
        const card = body.template_card as VendorCard
        if (asked?.event !== 'template_card_event' || Date.now() - asked.atMs > 5_000) return 40_008
        if (body.response_type !== 'update_template_card' || card.task_id !== asked.taskId) return 42_014
        return this.redraw(asked.chat, card)
      }
      case 'aibot_send_msg': {
        const chat = String(body.chatid)
        return this.wrote.has(chat) ? this.show(chat, body) : 93_006
      }
      default:
        return 40_008
    }
  }

  private show(chat: string, body: Record<string, unknown>, quotes?: string): number {
    const shown = this.chats.get(chat) ?? []
    const put = (one: BotShown) => {
      this.chats.set(chat, [...shown, { ...one, ...(quotes && { quotes }) }])
      return 0
    }
    if (body.msgtype === 'markdown') {
      const { content } = body.markdown as { content: string }
      return Buffer.byteLength(content) > 20_480 || content.trim() === '' ? 45_002 : put({ words: content })
    }
    if (body.msgtype === 'text') return put({ words: (body.text as { content: string }).content })
    if (body.msgtype !== 'template_card') return 40_008
    const card = body.template_card as VendorCard
    const fault = this.faultOf(card)
    if (fault !== 0) return fault
    this.taskIds.add(String(card.task_id))
    return put({ words: wordsOf(card), card })
  }

  private redraw(chat: string, card: VendorCard): number {
    const fault = judgeBotCard(card)
    if (fault !== 0) return fault
    const shown = this.chats.get(chat) ?? []
    this.chats.set(
      chat,
      shown.map((one) => (one.card?.task_id === card.task_id ? { words: wordsOf(card), card } : one)),
    )
    return 0
  }

  private faultOf(card: VendorCard): number {
    return this.taskIds.has(String(card.task_id)) ? 42_014 : judgeBotCard(card)
  }
}

/** As the app's cards, but no `replace_text` [101032]. */
function judgeBotCard(card: VendorCard): number {
  return 'replace_text' in card ? 40_035 : judgeCard(card, false)
}

function wordsOf(card: VendorCard): string {
  const title = (card.main_title as { title: string; desc?: string } | undefined) ?? { title: '' }
  const facts = (card.horizontal_content_list as { keyname: string; value?: string }[] | undefined) ?? []
  const quote = (card.quote_area as { quote_text: string } | undefined)?.quote_text
  return [
    title.title,
    title.desc,
    ...facts.map((fact) => `${fact.keyname} ${fact.value ?? ''}`),
    quote,
    card.sub_title_text,
  ]
    .filter((line) => line)
    .join('\n')
}
