import { type Answer, type Link, newId, type Place, type Via, type World } from './dingtalk-world.ts'

// Robot sends and reply addresses: https://open.dingtalk.com/document/development/robot-message-type, 2026-11-22.

const ok = (body: unknown): Answer => ({ status: 200, body })
const bad = (code: string, message = 'refused by the fake'): Answer => ({
  status: 400,
  body: { code, message, requestid: 'FAKE' },
})

type Body = Readonly<Record<string, unknown>>
const words = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** POST to a sessionWebhook: HTTP 200 whatever happens. */
export function sendBySession(world: World, session: string, body: Body): Answer {
  const found = world.sessions.get(session)
  if (found === undefined || found.expiresAtMs <= world.options.nowMs())
    return ok({ errcode: 300001, errmsg: 'session 不存在' })
  const message = sessionMessage(body)
  if (message === undefined) return ok({ errcode: 400002, errmsg: 'param error' })
  post(world, found.place, message, 'session')
  return ok({ errcode: 0, errmsg: 'ok' })
}

type Message = { readonly text: string; readonly links: readonly Link[] }

/** What the clients would show of a sessionWebhook body, undefined for one the vendor refuses. */
export function sessionMessage(body: Body): Message | undefined {
  if (Buffer.byteLength(JSON.stringify(body)) > 20_000) return undefined
  const part = (name: string): Body =>
    typeof body[name] === 'object' && body[name] !== null ? (body[name] as Body) : {}
  switch (body.msgtype) {
    case 'text':
      return plain(part('text').content)
    case 'markdown':
      return marked(part('markdown').title, part('markdown').text, [])
    case 'actionCard': {
      const { title, text, btns, btnOrientation } = part('actionCard')
      if (!Array.isArray(btns) || btns.length === 0 || !['0', '1'].includes(String(btnOrientation))) return undefined
      return marked(
        title,
        text,
        btns.map((button: Body) => ({ title: button.title, url: button.actionURL })),
      )
    }
    default:
      return undefined
  }
}

function plain(content: unknown): Message | undefined {
  return words(content) && isWhole(content) ? { text: content, links: [] } : undefined
}

type Button = { readonly title: unknown; readonly url: unknown }

function marked(title: unknown, text: unknown, buttons: readonly Button[]): Message | undefined {
  if (!words(title) || !words(text) || !isWhole(title) || !isWhole(text)) return undefined
  const links = buttons.flatMap(({ title: label, url }) =>
    words(label) && words(url) && isLink(url) ? [{ title: label, url }] : [],
  )
  if (links.length !== buttons.length) return undefined
  const inText = [...text.matchAll(/(?<!\\)\[((?:\\.|[^\]\\])*)\]\((\S+?)\)/g)].map(([, label, url]) => ({
    title: unescaped(label ?? ''),
    url: url ?? '',
  }))
  return { text: rendered(text), links: [...links, ...inText] }
}

/** The host must be all lower case: with `dingtalkClient` the real client does nothing, silently. */
const isLink = (url: string): boolean =>
  /^https?:\/\//.test(url) || /^dtmd:\/\/dingtalkclient\/sendMessage\?content=[\w%.~!*'()-]+$/.test(url)

const isWhole = (text: string): boolean => !/\p{Surrogate}/u.test(text)
const unescaped = (text: string): string => text.replace(/\\([!-/:-@[-`{-~])/g, '$1')

/** Markdown as the client shows it: headings, quotes, lists and escapes gone. */
function rendered(text: string): string {
  const lines = text.split('\n').map((line) => line.trim().replace(/^(#{1,6} |> |- )/, ''))
  return lines.map(unescaped).join('\n')
}

export function sendToPeople(world: World, body: Body): Answer {
  const { userIds } = body
  if (!Array.isArray(userIds) || userIds.length === 0 || userIds.length > 20)
    return bad('invalidParameter.userIds.invalid')
  const refused = checkRobot(world, body)
  const message = refused === undefined ? apiMessage(body) : undefined
  if (message === undefined) return refused ?? bad('invalidParameter.msgParam.invalid')
  const invalid = userIds.filter((id) => world.unknownPeople.has(id))
  const controlled = userIds.filter((id) => world.flowControlled.has(id))
  for (const id of userIds)
    if (!invalid.includes(id) && !controlled.includes(id)) post(world, { kind: 'direct', id }, message, 'direct')
  return ok({ processQueryKey: newId('pqk'), invalidStaffIdList: invalid, flowControlledStaffIdList: controlled })
}

export function sendToGroup(world: World, body: Body): Answer {
  const { openConversationId: id } = body
  if (!words(id)) return bad('invalidParameter.openConversationId.empty')
  const refused = checkRobot(world, body)
  const message = refused === undefined ? apiMessage(body) : undefined
  if (message === undefined) return refused ?? bad('invalidParameter.msgParam.invalid')
  post(world, { kind: 'group', id }, message, 'group')
  return ok({ processQueryKey: newId('pqk') })
}

function checkRobot(world: World, body: Body): Answer | undefined {
  if (body.robotCode !== world.account.robotCode) return bad('invalidParameter.robotCode.auth')
  if (typeof body.msgParam !== 'string') return bad('invalidParameter.msgParam.invalid')
  return Buffer.byteLength(body.msgParam) > 15_000 ? bad('invalidParameter.msgParam.tooLong') : undefined
}

function apiMessage({ msgKey, msgParam }: Body): Message | undefined {
  const param = JSON.parse(String(msgParam)) as Record<string, unknown>
  const several = /^sampleActionCard([2-5])$/.exec(String(msgKey))
  if (several !== null) {
    const numbers = Array.from({ length: Number(several[1]) }, (_, index) => index + 1)
    const buttons = numbers.map((n) => ({ title: param[`actionTitle${n}`], url: param[`actionURL${n}`] }))
    const strangers = Object.keys(param).length !== 2 + 2 * numbers.length
    return strangers ? undefined : marked(param.title, param.text, buttons)
  }
  switch (msgKey) {
    case 'sampleText':
      return plain(param.content)
    case 'sampleMarkdown':
      return marked(param.title, param.text, [])
    case 'sampleActionCard':
      return marked(param.title, param.text, [{ title: param.singleTitle, url: param.singleURL }])
    default:
      return undefined
  }
}

function post(world: World, place: Place, message: Message, via: Via): void {
  world.posts.push({ place, post: { kind: 'message', ...message, via } })
}
