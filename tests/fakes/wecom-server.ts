import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CallbackSettings, WecomPhone } from './wecom-phone.ts'
import { type StandingMessage, WecomWorld, type WorldSettings, wordsOf } from './wecom-world.ts'

// WeCom as the desk meets it: the server API on a loopback port, and the members' phones that call our callback.
//
//   const wecom = await startFakeWecom({ callbackUrl: () => `${desk}/callback/wecom` })
//   wecomPlatform({ config: wecom.config, … })            config has apiBase, keys and secrets to hand to the platform
//   const said = await wecom.phone.say('lisi', '6936… 到哪了')    signed, encrypted, delivered, tried again after 5 s
//   said.shown                                             the text of our passive reply, decrypted; undefined when empty
//   wecom.shownTo('lisi')                                  what message/send has put into that chat, cards as they look now
//   await wecom.phone.tap('lisi', '同意')                   on the newest card in the chat with that button
//   wecom.fail('/cgi-bin/message/send', { status: 502 })   the next call only; also { errcode }, 'hang', 'drop', 'garbage'
//   wecom.world.revokeToken() / .trustsCaller = false / .secret = 'rotated' / .files.set('m1', …) / .dropped
//   wecom.calls                                            paths in order of arrival
//   await wecom.close()
//
// It refuses what the real one refuses, by the same errcodes: wrong secret (and an hour's ban after five), dead tokens,
// another agentid, unknown members, repeated task ids, every card that breaks a limit (advised lengths count as hard),
// response codes used twice or after 72 h, recalls after 24 h. Over 30 a minute or 1000 an hour it says yes and shows nothing.

export type Fault = { readonly status: number } | { readonly errcode: number } | 'hang' | 'drop' | 'garbage'

export type FakeWecomOptions = Partial<WorldSettings> &
  Partial<CallbackSettings> & {
    /** Our callback's address, asked for at each delivery. */
    readonly callbackUrl?: () => string
  }

export type FakeWecom = {
  readonly config: {
    readonly corpId: string
    readonly agentId: number
    readonly secret: string
    readonly token: string
    readonly encodingAesKey: string
    readonly apiBase: string
  }
  readonly world: WecomWorld
  readonly phone: WecomPhone
  readonly calls: readonly string[]
  /** The next call to `path` goes wrong; several stand in line. `drop`: it is carried out, the answer is lost. */
  fail(path: string, fault: Fault): void
  /** What stands in that member's chat, oldest first. */
  shownTo(userId: string): readonly (StandingMessage & { readonly words: string })[]
  close(): Promise<void>
}

const defaults = {
  corpId: 'wwfa4e0123456789ab',
  agentId: 1000002,
  secret: 'fake-secret-of-the-app',
  token: 'FakeCallbackToken',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
} as const

/** Listens on a free loopback port. */
export async function startFakeWecom(options: FakeWecomOptions = {}): Promise<FakeWecom> {
  const settings = { ...defaults, ...options }
  const world = new WecomWorld(settings)
  const faults = new Map<string, Fault[]>()
  const calls: string[] = []
  const server = createServer((request, response) => {
    void answer({ world, faults, calls }, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { corpId, agentId, secret, token, encodingAesKey } = settings
  const callbackUrl = options.callbackUrl ?? (() => 'http://127.0.0.1:9/callback/wecom')
  return {
    config: { corpId, agentId, secret, token, encodingAesKey, apiBase },
    world,
    phone: new WecomPhone({ ...settings, callbackUrl, world }),
    calls,
    fail: (path, fault) => faults.set(path, [...(faults.get(path) ?? []), fault]),
    shownTo: (userId) => world.chatOf(userId).map((message) => ({ ...message, words: wordsOf(message) })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type Desk = { readonly world: WecomWorld; readonly faults: Map<string, Fault[]>; readonly calls: string[] }

async function answer(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://qyapi')
  desk.calls.push(url.pathname)
  const raw = await bodyOf(request)
  const fault = desk.faults.get(url.pathname)?.shift()
  if (fault === 'hang') return
  if (fault === 'garbage') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>busy</html>')
    return
  }
  if (typeof fault === 'object' && 'status' in fault) {
    response.writeHead(fault.status).end('bad gateway')
    return
  }
  const result = typeof fault === 'object' ? { errcode: fault.errcode } : route(desk.world, url, raw)
  if (fault === 'drop') request.socket.destroy()
  else if ('bytes' in result) {
    const disposition = `attachment; filename="${result.name}"`
    response.writeHead(200, { 'content-type': result.type, 'content-disposition': disposition }).end(result.bytes)
  } else {
    const hint = 'hint: [1763800000123456], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool'
    const errmsg = result.errcode === 0 ? 'ok' : `refused, ${hint}`
    response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' })
    response.end(JSON.stringify({ errmsg, ...result }))
  }
}

type File = { readonly bytes: Uint8Array; readonly type: string; readonly name: string }

function route(world: WecomWorld, url: URL, raw: string): { readonly errcode: number } | File {
  const { pathname, searchParams: query } = url
  if (pathname === '/cgi-bin/gettoken') return world.getToken(query.get('corpid'), query.get('corpsecret'))
  const errcode = world.checkToken(query.get('access_token'))
  if (errcode !== 0) return { errcode }
  switch (pathname) {
    case '/cgi-bin/message/send':
      return world.send(JSON.parse(raw), raw)
    case '/cgi-bin/message/update_template_card':
      return world.update(JSON.parse(raw))
    case '/cgi-bin/message/recall':
      return world.recall(JSON.parse(raw))
    case '/cgi-bin/media/get':
      return world.files.get(query.get('media_id') ?? '') ?? { errcode: 40007 }
    case '/cgi-bin/getcallbackip':
      return { errcode: 0, ...{ ip_list: ['127.0.0.*'] } }
    default:
      return { errcode: 40066 }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
