import type { Card } from '../../chat/card.ts'

/** What /receive/:token says, as the page reads it; src/receive-door.ts writes it. */
export type Expected = {
  readonly returnId: string
  readonly goods: readonly { readonly name: string; readonly qty: number }[]
  readonly waybillNo?: string
  readonly receivedAt?: string
}

export type PageState = { readonly who: string; readonly expects?: Expected }

/** A card, words, or why nothing came: `over` when the link or the member is no longer good. */
export type Told =
  | { readonly kind: 'card'; readonly card: Card }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'over'; readonly text: string }
  | { readonly kind: 'gone' }

export type Door = {
  state(): Promise<PageState | Extract<Told, { kind: 'over' | 'gone' }>>
  scan(code: string): Promise<Told>
  tap(token: string): Promise<Told>
  photo(file: Blob): Promise<Told>
}

const callTimeoutMs = 20_000
/** A photo goes over a phone's line and is read there. */
const photoTimeoutMs = 60_000

/** `base` is the address of the page itself. Never rejects: a warehouse has corners without a network. */
export function httpDoor(base: string): Door {
  const call = async (path: string, init: RequestInit, timeoutMs = callTimeoutMs): Promise<Response | undefined> => {
    try {
      return await fetch(`${base}${path}`, { ...init, signal: AbortSignal.timeout(timeoutMs) })
    } catch {
      return undefined
    }
  }
  const post = (path: string, body: unknown) =>
    call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  return {
    state: async () => {
      const response = await call('/state', {})
      if (response?.ok) return (await response.json()) as PageState
      return failed(response)
    },
    scan: async (code) => told(await post('/scan', { code })),
    tap: async (token) => told(await post('/tap', { token })),
    photo: async (file) => {
      const init = { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file }
      return told(await call('/photo', init, photoTimeoutMs))
    },
  }
}

async function failed(response: Response | undefined): Promise<Extract<Told, { kind: 'over' | 'gone' }>> {
  if (response === undefined || response.status >= 500) return { kind: 'gone' }
  return { kind: 'over', text: await response.text() }
}

async function told(response: Response | undefined): Promise<Told> {
  if (!response?.ok) return failed(response)
  const body = (await response.json()) as { readonly card?: Card; readonly text?: string }
  return body.card === undefined ? { kind: 'text', text: body.text ?? '' } : { kind: 'card', card: body.card }
}
