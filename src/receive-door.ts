import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { withHeaders } from '../bot/play/pages.ts'
import type { PageAct, ReceivePage } from '../handlers/receive-page.ts'
import type { MemberOf } from '../handlers/receive-photo.ts'
import type { PlatformName } from './chat/event.ts'
import type { Reply } from './chat/reply.ts'
import type { ReadPhoto } from './hub/photo-reading.ts'
import type { ReturnLookup } from './hub/return-facts.ts'
import type { Clock } from './runtime/clock.ts'
import { openLink, signLink } from './runtime/signed-link.ts'
import type { LinkParts } from './signed-door.ts'
import { momentText } from './text/format.ts'
import { receivePageTexts as texts } from './text/zh-receipt.ts'

/** Goods are under way for days: the link lives as long as a to-do may wait. */
const receiveDays = 14
const dayMs = 86_400_000
const photoBytes = 10 * 1024 * 1024

/** Who may book in by this page, in whose chat it goes on, and for which return it was made. */
export type ReceiveGrant = {
  readonly memberId: string
  readonly platform: PlatformName
  readonly conversationId: string
  readonly returnId?: string
}

/** `<base>/receive/<token>`: one purpose, one member; their rights are looked at when it is used, not when it is made. */
export function receiveLink({ key, clock }: LinkParts, base: string, grant: ReceiveGrant): string {
  const { memberId, platform, conversationId, returnId = '' } = grant
  const named = JSON.stringify([memberId, platform, conversationId, returnId])
  return `${base.replace(/\/$/, '')}/receive/${signLink(key, named, clock.nowMs() + receiveDays * dayMs)}`
}

function grantOf(named: string): ReceiveGrant {
  const [memberId, platform, conversationId, returnId] = JSON.parse(named) as [string, PlatformName, string, string]
  return { memberId, platform, conversationId, ...(returnId !== '' && { returnId }) }
}

export type ReceiveDoorParts = LinkParts & {
  /** The desk's time, for what is done; links end by the real one. */
  readonly deskClock: Clock
  readonly page: ReceivePage
  readonly memberOf: MemberOf
  readonly returns: Pick<ReturnLookup, 'byNo'>
  readonly read: ReadPhoto
  readonly newId: () => string
  /** Called when something was written to the outbox. */
  readonly wake: () => void
  /** Where the built page lies. */
  readonly consoleDir: string
}

type Env = { Variables: { grant: ReceiveGrant; act: PageAct } }

/**
 * The page behind a warehouse to-do and what it calls. 404 for a link we did not sign, 410 when it is over, 403 for a member who
 * has left; what a member may do is decided by the desk's own handlers. Only POST books in: link previews GET.
 */
export function receiveDoor(parts: ReceiveDoorParts): Hono {
  const app = new Hono<Env>()
  const { page } = parts
  const html = join(parts.consoleDir, 'receive.html')
  const file = serveStatic({ path: html })
  const below = serveStatic({
    root: parts.consoleDir,
    rewriteRequestPath: (path) => path.slice('/receive'.length),
  })
  app.get('/receive/assets/*', withHeaders('public, max-age=31536000, immutable'), below)
  app.get('/receive/icon.svg', withHeaders('public, max-age=86400'), below)
  app.use('/receive/:token', granted(parts))
  app.use('/receive/:token/*', granted(parts))
  app.get('/receive/:token', camera, withHeaders('no-cache'), async (c, next) =>
    existsSync(html) ? file(c as Context, next) : c.text(texts.notBuilt, 503),
  )
  app.get('/receive/:token/state', async (c) => c.json(await stateOf(parts, c.get('act'))))
  app.post('/receive/:token/scan', bodyLimit({ maxSize: 4_096 }), async (c) => {
    const code = await fieldOf(c, 'code')
    return code === undefined ? c.json({ problem: 'bad-body' }, 400) : told(c, parts, page.scan(c.get('act'), code))
  })
  app.post('/receive/:token/tap', bodyLimit({ maxSize: 4_096 }), async (c) => {
    const token = await fieldOf(c, 'token')
    return token === undefined ? c.json({ problem: 'bad-body' }, 400) : told(c, parts, page.tap(c.get('act'), token))
  })
  const tooBig = (c: Context) => c.json({ text: texts.tooBig })
  app.post('/receive/:token/photo', bodyLimit({ maxSize: photoBytes, onError: tooBig }), async (c) => {
    const bytes = new Uint8Array(await c.req.arrayBuffer())
    return told(c, parts, page.photo(c.get('act'), await parts.read(bytes)))
  })
  const door = new Hono()
  door.route('/', app)
  return door
}

/** The link and the member behind it, before anything else is looked at. */
function granted({ key, clock, deskClock, memberOf, newId }: ReceiveDoorParts): MiddlewareHandler<Env> {
  return async (c, next) => {
    const opened = openLink(key, c.req.param('token') ?? '', clock.nowMs())
    if (opened.outcome !== 'ok')
      return opened.outcome === 'forged' ? c.text(texts.noSuch, 404) : c.text(texts.expired, 410)
    const grant = grantOf(opened.named)
    const member = await memberOf(grant.memberId)
    if (member === undefined) return c.text(texts.notMember, 403)
    const { platform, conversationId, returnId } = grant
    c.set('act', {
      place: { platform, conversationId, memberId: member.id },
      member,
      group: false,
      key: newId(),
      nowMs: deskClock.nowMs(),
      ...(returnId !== undefined && { expects: returnId }),
    })
    c.header('Cache-Control', 'private, no-store')
    await next()
  }
}

/** The page asks for the camera; nobody who frames or copies it may. */
const camera: MiddlewareHandler = async (c, next) => {
  await next()
  c.header('Permissions-Policy', 'camera=(self), microphone=(), geolocation=()')
}

async function told(c: Context, { wake }: ReceiveDoorParts, reply: Promise<Reply>): Promise<Response> {
  const said = await reply
  wake()
  if (said.kind === 'card' || said.kind === 'card-update') return c.json({ card: said.card })
  return c.json({ text: said.kind === 'text' ? said.text : '' })
}

async function fieldOf(c: Context, name: string): Promise<string | undefined> {
  const body: unknown = await c.req.json().catch(() => undefined)
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
  return typeof value === 'string' && value.length > 0 && value.length <= 200 ? value : undefined
}

/** Whose page it is and what it waits for. No names or addresses of customers: a phone lies about in a warehouse. */
async function stateOf({ returns }: ReceiveDoorParts, { member, expects, nowMs }: PageAct) {
  const found = expects === undefined ? undefined : await returns.byNo(expects)
  if (found === undefined) return { who: member.name }
  const { request } = found
  return {
    who: member.name,
    expects: {
      returnId: request.id,
      goods: request.lines.map(({ name, spec, approvedQty, askedQty }) => ({
        name: spec === undefined ? name : `${name} ${spec}`,
        qty: approvedQty ?? askedQty,
      })),
      ...(request.waybillNo !== undefined && { waybillNo: request.waybillNo }),
      ...(request.receivedAtMs !== undefined && { receivedAt: momentText(request.receivedAtMs, nowMs) }),
    },
  }
}
