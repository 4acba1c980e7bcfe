import { type Api, ApiError } from './api.ts'
import type { Answer, Attachment, Outgoing } from './wire.ts'

/** A message between the send button and the desk's yes. */
export type Unsent = {
  readonly message: Outgoing
  /** waiting: the desk was not there; it is tried again by itself. refused: only a person can send it again. */
  readonly state: 'sending' | 'waiting' | 'refused'
  readonly problem?: string
  /** The desk will answer it, so the chat may show that it is thinking. */
  readonly asks: boolean
  readonly file?: { readonly name: string; readonly bytes: number; readonly previewUrl?: string }
}

/** As much of localStorage as is used. */
export type Drawer = {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export type OutboxParts = {
  readonly api: Pick<Api, 'send' | 'upload'>
  readonly drawer: Drawer
  readonly changed: (all: readonly Unsent[]) => void
  readonly answered: (message: Outgoing, answer: Answer) => void
}

export type Outbox = {
  add(message: Outgoing, asks: boolean, file?: File): void
  /** Tries the one, or everything that waits, oldest first. */
  retry(id?: string): void
  drop(id: string): void
}

const prefix = 'chadan.play.unsent.'
const firstRetryMs = 2_000
const lastRetryMs = 15_000

/**
 * Keeps what was not delivered, over reloads too, and sends it again under the same id: the desk answers a repeat with
 * the first answer. One key per message, so that two tabs do not overwrite each other.
 */
export function openOutbox({ api, drawer, changed, answered }: OutboxParts): Outbox {
  let all: readonly Unsent[] = stored(drawer)
  const files = new Map<string, File>()
  let retryMs = firstRetryMs
  let timer: ReturnType<typeof setTimeout> | undefined

  const set = (next: readonly Unsent[]) => {
    all = next
    changed(all)
  }
  const patch = (id: string, change: Partial<Unsent>) =>
    set(all.map((one) => (one.message.id === id ? { ...one, ...change } : one)))
  const forget = (id: string) => {
    drawer.removeItem(prefix + id)
    files.delete(id)
    const gone = all.find((one) => one.message.id === id)
    if (gone?.file?.previewUrl !== undefined) URL.revokeObjectURL(gone.file.previewUrl)
    set(all.filter((one) => one.message.id !== id))
  }
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(() => retryAll(), retryMs)
    retryMs = Math.min(retryMs * 2, lastRetryMs)
  }

  async function deliver(one: Unsent): Promise<boolean> {
    const { id } = one.message
    patch(id, { state: 'sending' })
    try {
      const message = await withFile(id, one.message)
      const answer = await api.send(message)
      retryMs = firstRetryMs
      answered(message, answer)
      forget(id)
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      patch(id, { state: error.outcome === 'gone' ? 'waiting' : 'refused', problem: error.problem })
      if (error.outcome === 'gone') later()
      return error.outcome === 'refused'
    }
  }

  /** Bytes first: the message then only names them and survives a reload. */
  async function withFile(id: string, message: Outgoing): Promise<Outgoing> {
    const file = files.get(id)
    if (file === undefined) return message
    const attachment: Attachment = await api.upload(file)
    files.delete(id)
    const named = { ...message, file: attachment.id }
    patch(id, { message: named })
    const one = all.find((each) => each.message.id === id)
    if (one !== undefined) keep(drawer, one)
    return named
  }

  async function retryAll(): Promise<void> {
    clearTimeout(timer)
    for (const one of all.filter(({ state }) => state === 'waiting')) if (!(await deliver(one))) return
  }

  if (all.length > 0) {
    changed(all)
    timer = setTimeout(() => retryAll(), 0)
  }
  return {
    add: (message, asks, file) => {
      const one: Unsent = { message, state: 'sending', asks, ...(file && { file: describe(file) }) }
      if (file !== undefined) files.set(message.id, file)
      else keep(drawer, one)
      set([...all, one])
      void deliver(one)
    },
    retry: (id) => {
      retryMs = firstRetryMs
      const one = all.find(({ message, state }) => message.id === id && state !== 'sending')
      void (one === undefined ? retryAll() : deliver(one))
    },
    drop: forget,
  }
}

function describe(file: File): NonNullable<Unsent['file']> {
  const { name, size: bytes } = file
  return file.type.startsWith('image/') ? { name, bytes, previewUrl: URL.createObjectURL(file) } : { name, bytes }
}

function keep(drawer: Drawer, { message, asks }: Unsent): void {
  try {
    drawer.setItem(prefix + message.id, JSON.stringify({ message, asks }))
  } catch {
    // storage full or forbidden: the message still goes out, it only does not survive a reload
    drawer.removeItem(prefix + message.id)
  }
}

function stored(drawer: Drawer): readonly Unsent[] {
  const keys = Array.from({ length: drawer.length }, (_, index) => drawer.key(index) ?? '')
  return keys.flatMap((key) => {
    const kept = key.startsWith(prefix) ? drawer.getItem(key) : null
    if (kept === null) return []
    const { message, asks } = JSON.parse(kept) as Pick<Unsent, 'message' | 'asks'>
    return [{ message, asks, state: 'waiting' as const }]
  })
}
