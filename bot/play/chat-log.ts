import type { EpochMs } from '../../src/chat/event.ts'
import { type Entry, isEntry, type Line } from './entry.ts'
import { keysKept, pageEntries } from './limits.ts'

/** The chat's memory. `seq` grows over all conversations; `since` gives what is newer than `seq`, oldest first. */
export type Transcript = {
  append(conversationId: string, atMs: EpochMs, entry: Entry): Promise<number>
  since(
    conversationId: string,
    seq: number,
    limit: number,
  ): Promise<readonly { readonly seq: number; readonly atMs: EpochMs; readonly entry: unknown }[]>
}

export type ChatLog = {
  /** Appends unless the conversation has the key already; the stored line either way. */
  append(conversationId: string, atMs: EpochMs, entry: Entry): Promise<Line>
  since(conversationId: string, seq: number, limit: number): Promise<readonly Line[]>
  /** Calls `listener` after every append of this process; the result ends that. */
  onAppend(listener: (conversationId: string, line: Line) => void): () => void
}

type Known = { upTo: number; readonly keys: Map<string, Line>; tail: Promise<unknown> }

/**
 * A transcript in which every key stands once. Appends of one conversation wait for each other: so a repeated send is
 * recognised, and a lower `seq` is never committed after a higher one was read (a stream would miss it).
 */
export function chatLog(transcript: Transcript): ChatLog {
  const known = new Map<string, Known>()
  const listeners = new Set<(conversationId: string, line: Line) => void>()

  async function appendOnce(id: string, state: Known, atMs: EpochMs, entry: Entry): Promise<Line> {
    await catchUp(transcript, id, state)
    const earlier = state.keys.get(entry.key)
    if (earlier !== undefined) return earlier
    const line: Line = { seq: await transcript.append(id, atMs, entry), atMs, entry }
    remember(state, line)
    for (const listener of listeners) listener(id, line)
    return line
  }

  return {
    append: (id, atMs, entry) => {
      const state = known.get(id) ?? { upTo: 0, keys: new Map(), tail: Promise.resolve() }
      known.set(id, state)
      const done = state.tail.then(() => appendOnce(id, state, atMs, entry))
      // the next append must not fail because this one did; its caller sees the error
      state.tail = done.catch(() => undefined)
      return done
    },
    since: async (id, seq, limit) => shown(await transcript.since(id, seq, limit)),
    onAppend: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Takes in what was stored since we last looked: before a restart, or by another process. */
async function catchUp(transcript: Transcript, id: string, state: Known): Promise<void> {
  for (;;) {
    const rows = await transcript.since(id, state.upTo, pageEntries)
    for (const line of shown(rows)) remember(state, line)
    state.upTo = rows.at(-1)?.seq ?? state.upTo
    if (rows.length < pageEntries) return
  }
}

function remember(state: Known, line: Line): void {
  state.keys.set(line.entry.key, line)
  if (state.keys.size <= keysKept) return
  const [oldest] = state.keys.keys()
  if (oldest !== undefined) state.keys.delete(oldest)
}

function shown(rows: readonly { readonly seq: number; readonly atMs: EpochMs; readonly entry: unknown }[]): Line[] {
  return rows.flatMap(({ seq, atMs, entry }) => (isEntry(entry) ? [{ seq, atMs, entry }] : []))
}
