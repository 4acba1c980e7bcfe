import type { ReaderName, ReadOutcome } from './types.ts'

/** Over the process's own channel (structured clone: bytes stay bytes). */
export type ChildOrder = { readonly bytes: Uint8Array }

export type ChildAnswer =
  | { readonly kind: 'ready'; readonly reader: ReaderName; readonly fellBackBecause?: string }
  /** Cannot start (unable) or met a fault of its own (fault); it ends after saying so. */
  | { readonly kind: 'unable' | 'fault'; readonly reason: string }
  | { readonly kind: 'outcome'; readonly outcome: ReadOutcome; readonly rssBytes: number }
