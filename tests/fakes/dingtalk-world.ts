import { randomBytes } from 'node:crypto'

/** What a person sees of one message: all its words, and the labels that can be tapped. */
export type Shown = { readonly text: string; readonly buttons: readonly string[] }

/** A place where messages appear: a person's chat with the robot, or a group. */
export type Place = { readonly kind: 'direct' | 'group'; readonly id: string }

export type Posted =
  | { readonly kind: 'message'; readonly text: string; readonly links: readonly Link[]; readonly via: Via }
  | { readonly kind: 'card'; readonly outTrackId: string; readonly via: Via }
export type Via = 'session' | 'direct' | 'group' | 'card'
export type Link = { readonly title: string; readonly url: string }

export type CardState = {
  readonly place: Place
  /** What everybody sees. */
  data: Record<string, string>
  /** What one person sees instead: answers to taps reach only the one who tapped. */
  readonly views: Map<string, Record<string, string>>
  unanswered: number
}

export type Answer = { readonly status: number; readonly body: unknown }
export type Trouble =
  | Answer
  | { readonly hang: true }
  | { readonly reset: true }
  | { readonly html: string; readonly status: number }

/** One HTTP call to the vendor, as it came and as it was answered (0: never). */
export type ApiCall = {
  readonly method: string
  readonly path: string
  readonly body: Record<string, unknown>
  status: number
}

export type Options = {
  /** Calls a second for one API, then 403; the vendor's is 20. */
  readonly ratePerSecond?: number
  /** API calls left this month. */
  readonly monthlyCalls?: number
  readonly tokenSeconds?: number
  /** How long after its `disconnect` frame a socket is closed; the vendor's is 10 s. */
  readonly farewellMs?: number
  /** A push unanswered for so long counts as not delivered; the vendor's is 3 s. */
  readonly pushTimeoutMs?: number
  readonly nowMs?: () => number
}

/** A to-do as its executor has it. */
export type TodoState = {
  readonly id: string
  readonly unionId: string
  readonly sourceId: string
  readonly subject: string
  readonly url: string
  readonly fields: readonly string[]
  done: boolean
}

/** Everything the fake vendor knows. One per server; the rooms beside this file work on it. */
export type World = {
  readonly account: { clientId: string; clientSecret: string; robotCode: string; corpId: string; templateId: string }
  readonly options: Required<Options>
  url: string
  /** False: the key pair is refused, by the token call and the gateway. */
  keyAccepted: boolean
  readonly tokens: Map<string, number>
  readonly tickets: Map<string, number>
  readonly sessions: Map<string, { readonly place: Place; expiresAtMs: number }>
  readonly cards: Map<string, CardState>
  readonly todos: TodoState[]
  readonly posts: { readonly place: Place; readonly post: Posted }[]
  readonly calls: ApiCall[]
  readonly media: Map<string, { readonly bytes: Uint8Array; readonly link?: string }>
  readonly unknownPeople: Set<string>
  readonly flowControlled: Set<string>
  readonly troubles: Map<string, Trouble[]>
  callsLeft: number
  /** Rules of the vendor that the desk broke without being told so: a test must see none. */
  readonly violations: string[]
}

export function newWorld(options: Options): World {
  const account = {
    clientId: 'dingfakeclient0001',
    clientSecret: `secret-${randomBytes(12).toString('hex')}`,
    robotCode: 'dingfakerobot0001',
    corpId: 'dingfakecorp0001',
    templateId: '5f0c0000-fake-4000-8000-000000000001.schema',
  }
  return {
    account,
    options: {
      ratePerSecond: 20,
      monthlyCalls: 5_000,
      tokenSeconds: 7_200,
      farewellMs: 10_000,
      pushTimeoutMs: 3_000,
      nowMs: Date.now,
      ...options,
    },
    url: '',
    keyAccepted: true,
    tokens: new Map(),
    tickets: new Map(),
    sessions: new Map(),
    cards: new Map(),
    todos: [],
    posts: [],
    calls: [],
    media: new Map(),
    unknownPeople: new Set(['nobody']),
    flowControlled: new Set(),
    troubles: new Map(),
    callsLeft: options.monthlyCalls ?? 5_000,
    violations: [],
  }
}

export const newId = (prefix: string): string => `${prefix}${randomBytes(12).toString('base64url')}`

export const samePlace = (a: Place, b: Place): boolean => a.kind === b.kind && a.id === b.id

/** The card as `viewer` sees it. */
export const viewOf = (card: CardState, viewer: string): Record<string, string> => ({
  ...card.data,
  ...card.views.get(viewer),
})

/** Everything posted to a place, as `viewer` sees it now, oldest first. */
export function shownAt(world: World, place: Place, viewer: string): readonly Shown[] {
  return world.posts.filter((each) => samePlace(each.place, place)).map(({ post }) => shownPost(world, post, viewer))
}

export function shownPost(world: World, post: Posted, viewer: string): Shown {
  if (post.kind === 'message') return { text: post.text, buttons: post.links.map(({ title }) => title) }
  const card = world.cards.get(post.outTrackId)
  return card === undefined ? { text: '', buttons: [] } : shownCard(viewOf(card, viewer))
}

/** As templates/order-card.json lays it out: empty variables take no room, a button shows in one of three styles. */
function shownCard(view: Record<string, string>): Shown {
  const rows = ['title', 'bar', ...slots('fact', 6), ...slots('line', 8), 'note', 'toast'].map(
    (name) => view[name] ?? '',
  )
  const buttons = slots('label', 6).filter((_, index) =>
    ['go', 'stop', 'plain'].includes(view[`style${index + 1}`] ?? ''),
  )
  return {
    text: rows.filter((row) => row !== '').join('\n'),
    buttons: buttons.map((name) => view[name] ?? '').filter((label) => label !== ''),
  }
}

export const slots = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index + 1}`)

/** The APIs the fake knows. */
export const paths = {
  token: '/v1.0/oauth2/accessToken',
  gateway: '/v1.0/gateway/connections/open',
  direct: '/v1.0/robot/oToMessages/batchSend',
  group: '/v1.0/robot/groupMessages/send',
  session: '/robot/sendBySession',
  create: '/v1.0/card/instances/createAndDeliver',
  update: '/v1.0/card/instances',
  download: '/v1.0/robot/messageFiles/download',
  user: '/topapi/v2/user/get',
} as const

/** A tap must be answered within 2 s; the rest is what a busy test machine adds. */
export const tapPatienceMs = 2_500
