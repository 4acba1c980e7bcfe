import { ApiError, httpApi } from './api.ts'
import { openOutbox, type Unsent } from './outbox.ts'
import { openStream, type Stream } from './stream.ts'
import { text } from './text.ts'
import { merge } from './view.ts'
import type { ChatKind, ClockState, Directory, Line, Outgoing } from './wire.ts'

type Toast = { readonly key: number; readonly text: string }

export type State = {
  readonly directory: Directory | undefined
  readonly persona: string
  readonly chat: ChatKind
  readonly lines: Readonly<Record<ChatKind, readonly Line[]>>
  /** The stored chat of this persona was read: an empty one is really empty. */
  readonly ready: boolean
  readonly link: 'connecting' | 'open' | 'gone'
  readonly unsent: readonly Unsent[]
  readonly unreadChats: ReadonlySet<ChatKind>
  readonly unreadPersonas: ReadonlySet<string>
  /** What the desk's clock said, and when by ours. */
  readonly clock: ClockState & { readonly heardAtMs: number }
  readonly samples: readonly string[]
  readonly toast: Toast | undefined
}

export type Desk = {
  subscribe(listener: () => void): () => void
  state(): State
  choose(persona: string): void
  open(chat: ChatKind): void
  say(text: string, file?: File): void
  tap(cardId: string, token: string, label: string): void
  retry(id?: string): void
  drop(id: string): void
  moveClock(offsetMs: number): void
  toast(text: string): void
}

const emptyLines = { direct: [], group: [] } as const
const chats: readonly ChatKind[] = ['direct', 'group']
const reloadMs = 2_000

/** Not crypto.randomUUID: browsers have that only on https and localhost, and a phone opens the desk by its IP. */
function messageId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The page's whole state and everything a person can do to it. One for the life of the page. */
export function openDesk(start: { readonly persona: string; readonly chat: ChatKind }): Desk {
  let state: State = {
    directory: undefined,
    ...start,
    lines: emptyLines,
    ready: false,
    link: 'connecting',
    unsent: [],
    unreadChats: new Set(),
    unreadPersonas: new Set(),
    clock: { nowMs: Date.now(), offsetMs: 0, heardAtMs: Date.now() },
    samples: [],
    toast: undefined,
  }
  const listeners = new Set<() => void>()
  let stream: Stream | undefined
  let toasts = 0

  const set = (patch: Partial<State>) => {
    state = { ...state, ...patch }
    for (const listener of listeners) listener()
  }
  const toast = (words: string) => set({ toast: { key: ++toasts, text: words } })
  const take = (chat: ChatKind, fresh: readonly Line[]) =>
    set({ lines: { ...state.lines, [chat]: merge(state.lines[chat], fresh) } })
  const outbox = openOutbox({
    api: httpApi,
    drawer: localStorage,
    changed: (unsent) => set({ unsent }),
    answered: (message, { lines }) => {
      if (message.chat === 'group' || message.persona === state.persona) takeLive(message.chat, lines)
    },
  })

  /** New lines, seen while they happen: toasts and unread marks only then, not when an old chat is read. */
  function takeLive(chat: ChatKind, lines: readonly Line[]): void {
    const known = new Set(state.lines[chat].map(({ seq }) => seq))
    for (const { seq, entry } of lines) {
      if (known.has(seq)) continue
      if (entry.kind === 'card-update' && entry.toast !== undefined) toast(entry.toast)
      const own = entry.kind === 'said' && entry.persona === state.persona
      if (!own && chat !== state.chat) set({ unreadChats: new Set([...state.unreadChats, chat]) })
    }
    take(chat, lines)
  }

  async function load(persona: string): Promise<void> {
    try {
      const directory = state.directory ?? (await httpApi.directory())
      set({ directory })
      const { personas } = directory
      const [first] = personas
      // an address with a persona that this desk does not have
      if (first !== undefined && !personas.some((one) => one.persona === persona)) return choose(first.persona)
      for (const chat of chats) await loadChat(persona, chat)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      set({ link: 'gone' })
      setTimeout(() => persona === state.persona && void load(persona), reloadMs)
      return
    }
    if (persona !== state.persona) return
    set({ ready: true })
    follow(persona)
    httpApi.samples(persona).then(
      (samples) => persona === state.persona && set({ samples }),
      () => set({ samples: [] }),
    )
  }

  async function loadChat(persona: string, chat: ChatKind): Promise<void> {
    for (;;) {
      const page = await httpApi.page(persona, chat, state.lines[chat].at(-1)?.seq ?? 0)
      if (persona !== state.persona) return
      take(chat, page.lines)
      if (!page.more) return
    }
  }

  function follow(persona: string): void {
    stream?.close()
    // the cursor is what the stream itself brought: an answer taken from a POST may have overtaken an older entry
    const cursors = { direct: state.lines.direct.at(-1)?.seq ?? 0, group: state.lines.group.at(-1)?.seq ?? 0 }
    stream = openStream(persona, () => cursors, {
      entry: (chat, line) => {
        cursors[chat] = line.seq
        takeLive(chat, [line])
      },
      clock: (clock) => set({ clock: { ...clock, heardAtMs: Date.now() } }),
      activity: (other) => set({ unreadPersonas: new Set([...state.unreadPersonas, other]) }),
      open: () => {
        set({ link: 'open' })
        outbox.retry()
      },
      gone: () => set({ link: 'gone' }),
    })
  }

  function choose(persona: string): void {
    if (persona === state.persona) return
    stream?.close()
    const unreadPersonas = new Set([...state.unreadPersonas].filter((one) => one !== persona))
    set({
      persona,
      lines: emptyLines,
      ready: false,
      link: 'connecting',
      samples: [],
      unreadPersonas,
      unreadChats: new Set(),
      toast: undefined,
    })
    void load(persona)
  }

  function post(parts: Partial<Outgoing>, asks: boolean, file?: File): void {
    const message = { ...parts, id: messageId(), persona: state.persona, chat: state.chat }
    outbox.add(message, asks, file)
  }

  void load(state.persona)
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    state: () => state,
    choose,
    open: (chat) => set({ chat, unreadChats: new Set([...state.unreadChats].filter((one) => one !== chat)) }),
    say: (words, file) => {
      const mention = state.directory?.assistant.mention ?? ''
      post(words === '' ? {} : { text: words }, state.chat === 'direct' || words.includes(mention), file)
    },
    tap: (cardId, token, label) => post({ cardId, token, label }, true),
    retry: (id) => {
      if (id === undefined && state.ready) stream?.retryNow()
      outbox.retry(id)
    },
    drop: outbox.drop,
    moveClock: (offsetMs) => {
      httpApi.moveClock(offsetMs).then(
        (clock) => set({ clock: { ...clock, heardAtMs: Date.now() } }),
        () => toast(text.clockFailed),
      )
    },
    toast,
  }
}
