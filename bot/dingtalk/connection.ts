import { DWClient, TOPIC_CARD, TOPIC_ROBOT } from 'dingtalk-stream'
import { Unreachable } from '../../src/runtime/errors.ts'
import { errorFields, type Log } from '../../src/runtime/log.ts'
import { callJson } from './call.ts'
import { judgeApi } from './errcode.ts'
import { type Frame, frameOf, refusal, socketUrl } from './gateway.ts'
import { frameBytes, type StreamTimings } from './limits.ts'

/** A push that must be answered: `messageId` is the frame's id, `data` its JSON text. */
export type PushFrame = { readonly topic: string; readonly messageId: string | undefined; readonly data: string }
export const robotTopic: string = TOPIC_ROBOT
export const cardTopic: string = TOPIC_CARD

/** told-to-leave: the server asked for it and closes soon · closed: the socket is gone · silent: nothing came for too long. */
type ConnectionEnd = 'told-to-leave' | 'closed' | 'silent'

export type Connection = {
  /** Settles once, when no more pushes are to be expected here. */
  readonly ended: Promise<ConnectionEnd>
  /** Settles when the socket is gone. */
  readonly gone: Promise<void>
  /** Answers on the socket the push came on; does nothing once that is gone (the push comes again elsewhere). */
  answer(frame: PushFrame, data: unknown): void
  /** Closes politely, hard after a second. */
  close(): void
}

export type ConnectionParts = {
  readonly config: { readonly clientId: string; readonly clientSecret: string; readonly apiBase: string }
  readonly timings: StreamTimings
  readonly log: Log
  readonly onPush: (frame: PushFrame, connection: Connection) => void
  /** Events of the organisation that are ticked in the console; without it none are subscribed to. False = to be pushed again. */
  readonly onEvent?: ((event: StreamEvent) => Promise<boolean>) | undefined
}

/** `data` is the event's JSON text; the type stands in the frame's head alone. */
export type StreamEvent = { readonly type: string; readonly id: string; readonly data: string }

/**
 * One socket, from ticket to end; a new one needs a new call. Throws PlatformRefused (`retryable` false: the key pair) or
 * Unreachable. https://open-dingtalk.github.io/developerpedia/docs/learn/stream/protocol, 2026-11-22.
 */
export async function openConnection(parts: ConnectionParts, stop: AbortSignal): Promise<Connection> {
  const client = new GatewayClient(parts, stop)
  await client.connect()
  return client.connection
}

/** What we use of the SDK's private parts (2.1.5, pinned; checked by tests/bot/dingtalk/stream-faults.test.ts). */
type Inside = { dw_url: string; sslopts: object; socket: Socket | undefined }
type Socket = {
  readonly readyState: number
  on(event: 'close' | 'pong' | 'ping' | 'message', listener: () => void): void
  ping(): void
  close(code: number): void
  terminate(): void
}

/** WebSocket.CLOSED */
const closed = 3

/**
 * The SDK's client with its faults fenced in (docs/decisions/040): one instance per socket, no reconnecting and no
 * keep-alive of its own, a list of subscriptions of its own, errors thrown instead of swallowed, frames parsed safely.
 */
class GatewayClient extends DWClient {
  readonly connection: Connection
  private readonly parts: ConnectionParts
  private readonly stop: AbortSignal
  private readonly endings = endingsOf()

  constructor(parts: ConnectionParts, stop: AbortSignal) {
    const { clientId, clientSecret } = parts.config
    // autoReconnect and subscriptions work but are missing from the type; the default list is shared by all instances
    const callbacks = [TOPIC_ROBOT, TOPIC_CARD].map((topic) => ({ type: 'CALLBACK', topic }))
    const subscriptions = parts.onEvent === undefined ? callbacks : [{ type: 'EVENT', topic: '*' }, ...callbacks]
    const options = { clientId, clientSecret, keepAlive: false, debug: false, autoReconnect: false, subscriptions }
    super(options)
    this.parts = parts
    this.stop = stop
    this.connection = {
      ended: this.endings.ended,
      gone: this.endings.gone,
      answer: (frame, data) => this.answer(frame, data),
      close: () => this.leave(),
    }
  }

  private get inside(): Inside {
    return this as unknown as Inside
  }

  /** As the SDK's, to our base address, with a time limit and errors that name no secret. */
  override async getEndpoint(): Promise<this> {
    const { config } = this.parts
    const answer = await callJson({
      method: 'POST',
      url: `${config.apiBase}/v1.0/gateway/connections/open`,
      body: { ...pick(config), ua: 'chadan/0.1', subscriptions: this.config.subscriptions },
      stop: this.stop,
    })
    const verdict = judgeApi(answer)
    if (verdict.outcome !== 'ok') throw refusal(answer.status, verdict)
    this.inside.dw_url = socketUrl(answer.body ?? {}, config.apiBase)
    return this
  }

  /** The SDK's resolves whatever happened; this one is up, or throws. */
  override async connect(): Promise<void> {
    await this.getEndpoint()
    // the SDK's socket has no time limit of its own and would take frames of 100 MiB
    this.inside.sslopts = {
      rejectUnauthorized: true,
      handshakeTimeout: this.parts.timings.handshakeMs,
      maxPayload: frameBytes,
    }
    const abandon = () => this.inside.socket?.terminate()
    this.stop.addEventListener('abort', abandon, { once: true })
    try {
      await this._connect()
    } catch (cause) {
      throw new Unreachable('the Stream socket did not open', { cause })
    } finally {
      this.stop.removeEventListener('abort', abandon)
    }
    const { socket } = this.inside
    // not `connected`: a `disconnect` frame right behind the handshake has unset that, and the socket would be forgotten open
    if (socket === undefined || socket.readyState === closed) throw new Unreachable('the Stream socket closed at once')
    this.watch(socket)
  }

  /**
   * Any frame, ping or pong is a sign of life; without one the socket is dead, however open it looks. Pings are counted, not
   * seconds: after a busy or sleeping time of ours, the pong is still to be read.
   */
  private watch(socket: Socket): void {
    const { pingMs, unheardPings } = this.parts.timings
    let unheard = 0
    const heard = () => {
      unheard = 0
    }
    for (const sign of ['message', 'ping', 'pong'] as const) socket.on(sign, heard)
    const timer = setInterval(() => {
      unheard += 1
      if (unheard <= unheardPings) return socket.ping()
      this.endings.end('silent')
      socket.terminate()
    }, pingMs)
    socket.on('close', () => {
      clearInterval(timer)
      this.endings.end('closed')
      this.endings.close()
    })
  }

  /** The SDK parses without a net: one bad frame would take the process down. */
  override onDownStream(data: string): void {
    try {
      const frame = frameOf(String(data))
      if (frame === undefined) this.parts.log('warn', 'DingTalk sent a frame that cannot be read')
      else this.take(frame)
    } catch (error) {
      this.parts.log('error', 'a Stream frame failed', errorFields(error))
    }
  }

  private take(frame: Frame): void {
    const { topic, messageId } = frame.headers
    switch (frame.type) {
      case 'SYSTEM':
        this.onSystem(frame as Parameters<DWClient['onSystem']>[0])
        if (topic === 'disconnect') this.endings.end('told-to-leave')
        return
      case 'CALLBACK':
        this.parts.onPush({ topic, messageId, data: frame.data }, this.connection)
        return
      case 'EVENT':
        void this.takeEvent(frame)
        return
      default:
        return
    }
  }

  /** Answered once it is stored; what nobody takes is answered too, for an unanswered event is pushed again. */
  private async takeEvent({ headers, data }: Frame): Promise<void> {
    const { topic, messageId, eventType, eventId } = headers
    const frame = { topic, messageId, data: '' }
    const { onEvent } = this.parts
    let isTaken = true
    if (onEvent !== undefined && typeof eventType === 'string')
      try {
        isTaken = await onEvent({ type: eventType, id: String(eventId ?? messageId ?? ''), data })
      } catch (error) {
        isTaken = false
        this.parts.log('error', 'an event was not stored', errorFields(error))
      }
    this.answer(frame, isTaken ? { status: 'SUCCESS', message: 'success' } : { status: 'LATER', message: 'try again' })
  }

  private answer({ messageId }: PushFrame, data: unknown): void {
    if (messageId === undefined) return
    if (this.endings.isGone()) this.parts.log('warn', 'an answer came after its Stream socket had closed')
    else this.send(messageId, data)
  }

  private leave(): void {
    const { socket } = this.inside
    if (socket === undefined || this.endings.isGone()) return
    socket.close(1000)
    const timer = setTimeout(() => socket.terminate(), 1_000)
    socket.on('close', () => clearTimeout(timer))
  }
}

const pick = ({ clientId, clientSecret }: ConnectionParts['config']) => ({ clientId, clientSecret })

function endingsOf() {
  let end: (how: ConnectionEnd) => void = () => {}
  let settleGone: () => void = () => {}
  let isGone = false
  const ended = new Promise<ConnectionEnd>((settle) => {
    end = settle
  })
  const gone = new Promise<void>((settle) => {
    settleGone = settle
  })
  const close = () => {
    isGone = true
    settleGone()
  }
  return { ended, gone, end, close, isGone: () => isGone }
}
