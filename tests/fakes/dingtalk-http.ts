import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createAndDeliver, updateCard } from './dingtalk-cards.ts'
import { sendBySession, sendToGroup, sendToPeople } from './dingtalk-robot.ts'
import { todoAnswer, userAnswer } from './dingtalk-todos.ts'
import { type Answer, type ApiCall, paths, type World } from './dingtalk-world.ts'

export type Open = (body: Record<string, unknown>) => Answer

/** Answers one HTTP call, or does not, as the trouble asked for. */
export async function serve(
  world: World,
  open: Open,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', world.url)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (url.pathname.startsWith('/media/')) return serveMedia(world, url.pathname.slice('/media/'.length), response)
  const body = parsed(Buffer.concat(chunks).toString())
  const call: ApiCall = { method: request.method ?? '', path: url.pathname, body, status: 0 }
  world.calls.push(call)
  const trouble = world.troubles.get(url.pathname)?.shift()
  if (trouble !== undefined && 'hang' in trouble) return
  if (trouble !== undefined && 'reset' in trouble) return void request.socket.destroy()
  if (trouble !== undefined && 'html' in trouble) {
    call.status = trouble.status
    return void response.writeHead(trouble.status, { 'content-type': 'text/html' }).end(trouble.html)
  }
  const answer = trouble ?? answerTo(world, open, url, request, call)
  call.status = answer.status
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

function answerTo(
  world: World,
  open: Open,
  url: URL,
  request: IncomingMessage,
  { path, method, body }: ApiCall,
): Answer {
  if (path === paths.session) return sendBySession(world, url.searchParams.get('session') ?? '', body)
  if (path === paths.gateway) return open(body)
  if (path === paths.token) return tokenFor(world, body)
  if (path === paths.user) return userAnswer(world, url.searchParams.get('access_token') ?? '', body)
  const refused = refusal(world, path, String(request.headers['x-acs-dingtalk-access-token'] ?? ''))
  if (refused !== undefined) return refused
  const todo = todoAnswer(world, method, path, url.searchParams.get('operatorId') ?? '', body)
  if (todo !== undefined) return todo
  switch (`${method} ${path}`) {
    case `POST ${paths.direct}`:
      return sendToPeople(world, body)
    case `POST ${paths.group}`:
      return sendToGroup(world, body)
    case `POST ${paths.create}`:
      return createAndDeliver(world, body)
    case `PUT ${paths.update}`:
      return updateCard(world, body)
    case `POST ${paths.download}`:
      return downloadLink(world, body)
    default:
      return { status: 404, body: { code: 'InvalidAction.NotFound', message: 'no such API' } }
  }
}

/** A token lives two hours, and the same one comes back while it lives. */
function tokenFor(world: World, { appKey, appSecret }: Record<string, unknown>): Answer {
  const { clientId, clientSecret } = world.account
  if (!world.keyAccepted || appKey !== clientId || appSecret !== clientSecret)
    return { status: 400, body: { code: 'invalidClientIdOrSecret', message: '无效的clientId或者clientSecret' } }
  const nowMs = world.options.nowMs()
  const living = [...world.tokens].find(([, untilMs]) => untilMs > nowMs)?.[0]
  const accessToken = living ?? randomUUID()
  world.tokens.set(accessToken, nowMs + world.options.tokenSeconds * 1_000)
  return { status: 200, body: { accessToken, expireIn: world.options.tokenSeconds } }
}

/** What every API checks first: token, calls of the month, calls of the last second. */
function refusal(world: World, path: string, token: string): Answer | undefined {
  const nowMs = world.options.nowMs()
  if ((world.tokens.get(token) ?? 0) <= nowMs)
    return { status: 400, body: { code: 'InvalidAuthentication', message: '不合法的access_token' } }
  if (world.callsLeft <= 0)
    return { status: 403, body: { code: 'Forbidden.AccessDenied.ApiCountLimitForOrg', message: 'fake' } }
  const recent = calledAt(world, path).filter((atMs) => atMs > nowMs - 1_000)
  rates.get(world)?.set(path, [...recent, nowMs])
  if (recent.length >= world.options.ratePerSecond)
    return { status: 403, body: { code: 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi', message: 'fake' } }
  world.callsLeft -= 1
  return undefined
}

const rates = new WeakMap<World, Map<string, readonly number[]>>()

function calledAt(world: World, path: string): readonly number[] {
  if (!rates.has(world)) rates.set(world, new Map())
  return rates.get(world)?.get(path) ?? []
}

function downloadLink(world: World, { downloadCode, robotCode }: Record<string, unknown>): Answer {
  if (robotCode !== world.account.robotCode)
    return { status: 400, body: { code: 'invalidParameter.robotCode.auth', message: 'fake' } }
  const media = world.media.get(String(downloadCode))
  if (media === undefined)
    return { status: 400, body: { code: 'invalidParameter.robotCode.downloadCode', message: 'fake' } }
  const link = media.link ?? `${world.url}/media/${encodeURIComponent(String(downloadCode))}?Expires=1`
  return { status: 200, body: { downloadUrl: link } }
}

function serveMedia(world: World, code: string, response: ServerResponse): void {
  const media = world.media.get(decodeURIComponent(code))
  if (media === undefined) response.writeHead(404).end()
  else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(media.bytes)
}
