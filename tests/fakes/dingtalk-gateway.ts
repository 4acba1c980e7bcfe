import type { IncomingMessage, Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Answer, newId, type World } from './dingtalk-world.ts'

// Stream mode: https://open-dingtalk.github.io/developerpedia/docs/learn/stream/protocol, 2026-11-22.

/** How a push was answered, and how long that took. */
export type Ack = {
  readonly frameId: string
  readonly code: number
  /** `data` of the answer, parsed. */
  readonly data: Record<string, unknown>
  readonly afterMs: number
}

/** One call for a ticket. */
type Opening = { readonly atMs: number; readonly subscriptions: readonly string[]; readonly status: number }

type Frame = {
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
  readonly data: string
  readonly specVersion?: string
}

export type Gateway = {
  readonly openings: readonly Opening[]
  /** Every answer that came, also to pushes nobody waited for any more. */
  readonly acks: readonly Ack[]
  /** Sockets that are open, told to leave or not. */
  sockets(): number
  /** How many sockets were accepted so far. */
  accepted(): number
  /** Refuses this many sockets from now on, before they are open. */
  refuseSockets(count: number): void
  /** Sends a frame on one of the sockets (waits for one) and waits for its answer; undefined when none came in time. */
  push(frame: Frame): Promise<Ack | undefined>
  /** Sends a text that may be no frame at all. */
  sendRaw(text: string): void
  /** Tells all sockets to leave, goes quiet on them and closes them after a while. */
  tellToLeave(): void
  /** Tells this many sockets from now on to leave as soon as they are accepted. */
  greetWithGoodbye(count: number): void
  /** Cuts every socket without a word. */
  drop(): void
  /** Reads and sends nothing any more on the sockets that are open: no pongs, no end. */
  freeze(): void
  /** Leaves this many sockets hanging in their handshake until `release`. */
  holdUpgrades(count: number): { count(): number; release(): void }
  /** WebSocket pings received so far. */
  pings(): number
  close(): Promise<void>
}

type Waiting = { readonly sentMs: number; readonly settle: (ack: Ack) => void }

export function gatewayOn(
  server: Server,
  world: World,
): Gateway & { openConnection(body: Record<string, unknown>): Answer } {
  const sockets = new WebSocketServer({ noServer: true })
  const live = new Set<WebSocket>()
  const leaving = new Set<WebSocket>()
  const frozen = new Set<WebSocket>()
  const openings: Opening[] = []
  const acks: Ack[] = []
  const waiting = new Map<string, Waiting>()
  const timers = new Set<NodeJS.Timeout>()
  const counts = { accepted: 0, refuse: 0, pings: 0, hold: 0, goodbye: 0 }
  const held: { destroy(): void }[] = []

  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    // the client may be gone by now
    socket.on('error', () => socket.destroy())
    if (counts.hold > 0) {
      counts.hold -= 1
      return void held.push(socket)
    }
    const ticket = new URL(request.url ?? '/', 'ws://fake').searchParams.get('ticket') ?? ''
    const untilMs = world.tickets.get(ticket) ?? 0
    world.tickets.delete(ticket)
    if (counts.refuse > 0 || untilMs < world.options.nowMs()) {
      counts.refuse = Math.max(0, counts.refuse - 1)
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    }
    sockets.handleUpgrade(request, socket, head, (opened) => accept(opened))
  })

  function accept(socket: WebSocket): void {
    counts.accepted += 1
    live.add(socket)
    socket.on('message', (text) => takeAck(String(text)))
    socket.on('ping', () => {
      counts.pings += 1
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      live.delete(socket)
      leaving.delete(socket)
      frozen.delete(socket)
    })
    socket.send(JSON.stringify({ type: 'SYSTEM', headers: { topic: 'CONNECTED', contentType: 'application/json' } }))
    if (counts.goodbye > 0) {
      counts.goodbye -= 1
      sendAway(socket)
    }
  }

  function sendAway(socket: WebSocket): void {
    leaving.add(socket)
    const headers = { topic: 'disconnect', contentType: 'application/json' }
    socket.send(JSON.stringify({ type: 'SYSTEM', headers, data: '{"reason" : "connection is expired"}' }))
    later(() => socket.close(), world.options.farewellMs)
  }

  function takeAck(text: string): void {
    const { code, headers, data } = JSON.parse(text) as { code: number; headers: { messageId: string }; data: string }
    const pushed = waiting.get(headers.messageId)
    const afterMs = Math.round(performance.now() - (pushed?.sentMs ?? performance.now()))
    const ack = { frameId: headers.messageId, code, data: JSON.parse(data) as Record<string, unknown>, afterMs }
    acks.push(ack)
    pushed?.settle(ack)
  }

  const later = (work: () => void, ms: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timers.add(timer)
  }

  const listeners = () => [...live].filter((socket) => !leaving.has(socket) && !frozen.has(socket))

  async function anySocket(): Promise<WebSocket> {
    const giveUpMs = performance.now() + 10_000
    for (;;) {
      const [socket] = listeners()
      if (socket !== undefined) return socket
      if (performance.now() > giveUpMs) throw new Error('no Stream socket came to the fake gateway')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  return {
    openings,
    acks,
    sockets: () => live.size,
    accepted: () => counts.accepted,
    pings: () => counts.pings,
    refuseSockets: (count) => {
      counts.refuse = count
    },
    openConnection(body) {
      const answer = ticketFor(world, body)
      const subscriptions = Array.isArray(body.subscriptions) ? body.subscriptions : []
      openings.push({
        atMs: performance.now(),
        status: answer.status,
        subscriptions: subscriptions.map(({ type, topic }: Record<string, string>) => `${type} ${topic}`),
      })
      return answer
    },
    async push(frame) {
      const socket = await anySocket()
      const frameId = frame.headers.messageId ?? ''
      return new Promise((resolve) => {
        waiting.set(frameId, { sentMs: performance.now(), settle: resolve })
        later(() => {
          waiting.delete(frameId)
          resolve(undefined)
        }, world.options.pushTimeoutMs)
        socket.send(JSON.stringify(frame))
      })
    },
    sendRaw: (text) => {
      for (const socket of listeners()) socket.send(text)
    },
    tellToLeave: () => {
      for (const socket of listeners()) sendAway(socket)
    },
    greetWithGoodbye: (count) => {
      counts.goodbye = count
    },
    drop: () => {
      for (const socket of live) {
        // its `close` event comes later; nothing must be pushed into it meanwhile
        live.delete(socket)
        socket.terminate()
      }
    },
    freeze: () => {
      for (const socket of listeners()) {
        frozen.add(socket)
        socket.pause()
      }
    },
    holdUpgrades(count) {
      counts.hold = count
      return {
        count: () => held.length,
        release: () => {
          for (const socket of held.splice(0)) socket.destroy()
        },
      }
    },
    async close() {
      for (const socket of held) socket.destroy()
      for (const timer of timers) clearTimeout(timer)
      for (const socket of live) socket.terminate()
      await new Promise<void>((resolve) => sockets.close(() => resolve()))
    },
  }
}

/** A ticket opens one socket within 90 s. */
function ticketFor(world: World, { clientId, clientSecret, subscriptions }: Record<string, unknown>): Answer {
  const { account } = world
  if (!world.keyAccepted || clientId !== account.clientId || clientSecret !== account.clientSecret)
    return { status: 401, body: { code: 'authFailed', message: '鉴权失败' } }
  if (!Array.isArray(subscriptions) || subscriptions.length === 0)
    return { status: 400, body: { code: 'param.subscriptions.empty', message: 'no subscriptions' } }
  const ticket = newId('ticket+/')
  world.tickets.set(ticket, world.options.nowMs() + 90_000)
  return { status: 200, body: { endpoint: `${world.url.replace('http:', 'ws:')}/connect`, ticket } }
}
