import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DingtalkConfig } from '../../src/config.ts'
import { applyTapAnswer } from './dingtalk-cards.ts'
import { type Ack, type Gateway, gatewayOn } from './dingtalk-gateway.ts'
import { serve } from './dingtalk-http.ts'
import { unionIdOf } from './dingtalk-todos.ts'
import {
  type ApiCall,
  newId,
  newWorld,
  type Options,
  type Place,
  paths,
  type Shown,
  samePlace,
  shownAt,
  shownPost,
  slots,
  type TodoState,
  type Trouble,
  tapPatienceMs,
  viewOf,
  type World,
} from './dingtalk-world.ts'

/*
 * DingTalk, as far as the desk meets it, on a port of this machine: Stream gateway with its WebSocket, access tokens, robot
 * sends, reply addresses, interactive cards, to-dos, media. It refuses what the real one refuses and writes down what it would take
 * silently but should not see (`violations`).
 *
 *   const dingtalk = await startDingtalk()
 *   const platform = dingtalkPlatform({ config: dingtalk.config, … })     // config leads here; cardTemplateId is undefined
 *   void platform.listen?.(sink, stop.signal)
 *   await dingtalk.say('staff-1', '6936… 到哪了')                         // pushes over Stream, resolves with the Ack
 *   await dingtalk.say('staff-1', '到哪了', { group: 'cidA==' })          // @robot in a group
 *   dingtalk.shownTo('staff-1')                                           // what stands in the direct chat: texts and button labels
 *   dingtalk.shownIn('cidA==', 'staff-1')                                 // … in a group, as that person sees it
 *   await dingtalk.tap('staff-1', '同意')                                 // the newest card or link with that label
 *   await dingtalk.close()
 *
 * Cards: `dingtalk.withTemplate` is the config with the template set. HTTP mode: `dingtalk.post(url, message)` signs and posts.
 * Trouble: `fail(path, answer)`, `world.keyAccepted = false`, `world.callsLeft = 0`, `expireTokens()`, `expireSessions()`, and on
 * `gateway`: refuseSockets, tellToLeave, drop, freeze, sendRaw. Records: `calls()`, `gateway.acks`, `gateway.openings`, `violations()`.
 */
export type FakeDingtalk = {
  readonly config: DingtalkConfig
  readonly withTemplate: DingtalkConfig
  readonly url: string
  readonly world: World
  readonly gateway: Gateway
  /** A robot message as DingTalk would push it now, with a live reply address; `over` replaces fields. */
  message(from: string, over?: Readonly<Record<string, unknown>>, group?: string): Record<string, unknown>
  /** Pushes it over Stream; the same message again is a repeat (with another frame id, unless one is given). */
  deliver(message: Readonly<Record<string, unknown>>, frameId?: string): Promise<Ack | undefined>
  say(from: string, text: string, where?: { readonly group: string }): Promise<Ack | undefined>
  /** Posts it as HTTP mode does, signed, or with the headers given. */
  post(url: string, message: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** Taps the newest thing with this label: a card's button comes back as a callback, a link sends its text. */
  tap(who: string, label: string, where?: TapOptions): Promise<Ack | undefined>
  shownTo(staffId: string): readonly Shown[]
  shownIn(group: string, viewer: string): readonly Shown[]
  /** A person's list of work, oldest first. */
  todosOf(staffId: string): readonly TodoState[]
  /** HTTP calls that reached one path, oldest first. */
  calls(path: string): readonly ApiCall[]
  /** The next call of the path is answered like this. */
  fail(path: string, trouble: Trouble): void
  expireTokens(): void
  expireSessions(): void
  violations(): readonly string[]
  close(): Promise<void>
}

type TapOptions = { readonly group?: string; readonly frameId?: string }

export async function startDingtalk(options: Options = {}): Promise<FakeDingtalk> {
  const world = newWorld(options)
  const server = createServer((request, response) => void serve(world, openConnection, request, response))
  const { openConnection, ...gateway } = gatewayOn(server, world)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { clientId, clientSecret, robotCode, templateId } = world.account
  const config = {
    clientId,
    clientSecret,
    robotCode,
    cardTemplateId: undefined,
    apiBase: world.url,
    oapiBase: world.url,
  }
  const desk = peopleOf(world, gateway)
  return {
    ...desk,
    config,
    withTemplate: { ...config, cardTemplateId: templateId },
    url: world.url,
    world,
    gateway,
    post: (url, message, headers) => postSigned(world, url, message, headers),
    todosOf: (staffId) => world.todos.filter(({ unionId }) => unionId === unionIdOf(staffId)),
    calls: (path) => world.calls.filter((call) => call.path === path),
    fail: (path, trouble) => world.troubles.set(path, [...(world.troubles.get(path) ?? []), trouble]),
    expireTokens: () => world.tokens.clear(),
    expireSessions: () => {
      for (const session of world.sessions.values()) session.expiresAtMs = 0
    },
    violations: () => world.violations,
    async close() {
      await gateway.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

type People = Pick<FakeDingtalk, 'message' | 'deliver' | 'say' | 'tap' | 'shownTo' | 'shownIn'>

/** Those who write and tap, and what they see. */
function peopleOf(world: World, gateway: Gateway): People {
  const message: People['message'] = (from, over = {}, group) => robotMessage(world, from, over, group)
  const deliver: People['deliver'] = (body, frameId = newId('frame')) =>
    gateway.push(pushFrame('/v1.0/im/bot/messages/get', frameId, body))
  const say: People['say'] = (from, text, where) =>
    deliver(message(from, { text: { content: where === undefined ? text : ` ${text}` } }, where?.group))
  const placeFor = (who: string, group?: string): Place =>
    group === undefined ? { kind: 'direct', id: who } : { kind: 'group', id: group }
  return {
    message,
    deliver,
    say,
    shownTo: (staffId) => shownAt(world, placeFor(staffId), staffId),
    shownIn: (group, viewer) => shownAt(world, placeFor('', group), viewer),
    async tap(who, label, { group, frameId = newId('frame') } = {}) {
      const place = placeFor(who, group)
      const posts = world.posts.filter((each) => samePlace(each.place, place)).map(({ post }) => post)
      const post = posts.findLast((each) => shownPost(world, each, who).buttons.includes(label))
      if (post === undefined) throw new Error(`${who} sees no button ${label}`)
      if (post.kind === 'card') return tapCard(world, gateway, { who, label, outTrackId: post.outTrackId, frameId })
      const url = new URL(post.links.find(({ title }) => title === label)?.url ?? '')
      const text = { content: url.searchParams.get('content') ?? '' }
      return deliver(message(who, { text }, group), frameId)
    },
  }
}

function robotMessage(world: World, from: string, over: Readonly<Record<string, unknown>>, group?: string) {
  const { account, options, url } = world
  const place: Place = group === undefined ? { kind: 'direct', id: from } : { kind: 'group', id: group }
  const session = newId('')
  const expiresAtMs = options.nowMs() + 5_400_000
  world.sessions.set(session, { place, expiresAtMs })
  return {
    conversationId: group ?? `cid-direct-${from}==`,
    ...(group === undefined ? {} : { conversationTitle: '测试群', isInAtList: true }),
    chatbotCorpId: account.corpId,
    chatbotUserId: '$:LWCP_v1:$bot',
    msgId: `msg${newId('')}==`,
    senderNick: `nick-${from}`,
    isAdmin: false,
    senderStaffId: from,
    senderCorpId: account.corpId,
    conversationType: group === undefined ? '1' : '2',
    senderId: `$:LWCP_v1:$${from}`,
    sessionWebhook: `${url}${paths.session}?session=${session}`,
    sessionWebhookExpiredTime: expiresAtMs,
    createAt: options.nowMs(),
    robotCode: account.robotCode,
    msgtype: 'text',
    text: { content: '' },
    ...over,
  }
}

const pushFrame = (topic: string, messageId: string, data: unknown) => ({
  specVersion: '1.0',
  type: 'CALLBACK',
  headers: {
    appId: 'app-fake',
    connectionId: 'conn-fake',
    contentType: 'application/json',
    messageId,
    time: String(Date.now()),
    topic,
  },
  data: JSON.stringify(data),
})

type Tap = { readonly who: string; readonly label: string; readonly outTrackId: string; readonly frameId: string }

/** A tap as the template defines it: the parameters are the variables as the person sees them at that moment. */
async function tapCard(
  world: World,
  gateway: Gateway,
  { who, label, outTrackId, frameId }: Tap,
): Promise<Ack | undefined> {
  const card = world.cards.get(outTrackId)
  if (card === undefined) throw new Error('the card is gone')
  const view = viewOf(card, who)
  const slot = slots('label', 6).findIndex((name) => view[name] === label) + 1
  const params = { token: view[`token${slot}`] ?? '', round: view.round ?? '' }
  card.unanswered += 1
  const ack = await gateway.push(
    pushFrame('/v1.0/card/instances/callback', frameId, {
      type: 'actionCallback',
      outTrackId,
      corpId: world.account.corpId,
      userId: who,
      userIdType: 1,
      spaceType: 'IM',
      extension: '{}',
      content: JSON.stringify({ cardPrivateData: { actionIds: [`button${slot}`], params } }),
    }),
  )
  card.unanswered -= 1
  if (ack !== undefined && ack.afterMs > tapPatienceMs) world.violations.push('a tap was answered too late')
  const response = ack?.data.response
  if (typeof response === 'object' && response !== null) applyTapAnswer(world, outTrackId, who, { ...response })
  return ack
}

function postSigned(world: World, url: string, message: unknown, headers: Readonly<Record<string, string>> = {}) {
  const timestamp = String(world.options.nowMs())
  const { clientSecret } = world.account
  const sign = createHmac('sha256', clientSecret).update(`${timestamp}\n${clientSecret}`).digest('base64')
  const body = typeof message === 'string' ? message : JSON.stringify(message)
  return fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', timestamp, sign, ...headers },
  })
}
