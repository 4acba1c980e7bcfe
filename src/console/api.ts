import type { Answer, Attachment, ChatKind, ClockState, Directory, Outgoing, Page } from './wire.ts'

/** gone: the desk did not answer or is not ready: worth trying again. refused: it will not take this; `problem` is its word. */
export class ApiError extends Error {
  readonly outcome: 'gone' | 'refused'
  readonly problem: string
  constructor(outcome: 'gone' | 'refused', problem: string, cause?: unknown) {
    super(problem, { cause })
    this.outcome = outcome
    this.problem = problem
  }
}

export type Api = {
  directory(): Promise<Directory>
  samples(persona: string): Promise<readonly string[]>
  page(persona: string, chat: ChatKind, since: number): Promise<Page>
  send(message: Outgoing): Promise<Answer>
  upload(file: File): Promise<Attachment>
  moveClock(offsetMs: number): Promise<ClockState>
}

const base = '/play/api'

/** An answer takes 5 s at most; a hung connection must not hold a message for ever. */
const callTimeoutMs = 20_000
const uploadTimeoutMs = 60_000

async function call<T>(path: string, init: RequestInit = {}, timeoutMs = callTimeoutMs): Promise<T> {
  let response: Response
  try {
    response = await fetch(`${base}${path}`, { ...init, signal: AbortSignal.timeout(timeoutMs) })
  } catch (cause) {
    throw new ApiError('gone', 'unreachable', cause)
  }
  if (response.ok) return (await response.json()) as T
  const problem = await problemOf(response)
  throw new ApiError(response.status >= 500 ? 'gone' : 'refused', problem)
}

/** The desk names its problem in JSON; something between us and it may not. */
async function problemOf(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json()
    if (typeof body === 'object' && body !== null && 'problem' in body) return String(body.problem)
  } catch {
    return `http-${response.status}`
  }
  return `http-${response.status}`
}

function post<T>(path: string, body: unknown): Promise<T> {
  return call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
}

/** The desk's HTTP interface for the play page. Every call throws ApiError. */
export const httpApi: Api = {
  directory: () => call('/personas'),
  samples: async (persona) => (await call<{ questions: readonly string[] }>(`/samples?persona=${persona}`)).questions,
  page: (persona, chat, since) => call(`/transcript?persona=${persona}&chat=${chat}&since=${since}`),
  send: (message) => post('/messages', message),
  upload: (file) =>
    call(
      `/files?name=${encodeURIComponent(file.name)}`,
      { method: 'PUT', headers: { 'Content-Type': 'application/octet-stream' }, body: file },
      uploadTimeoutMs,
    ),
  moveClock: (offsetMs) => post('/clock', { offsetMs }),
}

/** Where the bytes of an attachment are. */
export function fileUrl(id: string): string {
  return `${base}/files/${id}`
}
