export type DeskErrorCode = 'bad-signature' | 'bad-payload' | 'platform-refused' | 'unreachable'

type Options = { readonly cause?: unknown; readonly retryAfterMs?: number; readonly vendorCode?: string }

/** A broken world: something outside did not do its part. Messages say what to do next and carry no secret, phone or payload. */
abstract class DeskError extends Error {
  abstract readonly code: DeskErrorCode
  abstract readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly vendorCode: string | undefined
  constructor(message: string, options: Options = {}) {
    super(message, { cause: options.cause })
    this.name = new.target.name
    this.retryAfterMs = options.retryAfterMs
    this.vendorCode = options.vendorCode
  }
}

/** The door refused: signature, receiver or padding wrong. */
export class BadSignature extends DeskError {
  readonly code = 'bad-signature'
  readonly retryable = false
}

/** The door refused: too big, not parseable, not of the documented shape. */
export class BadPayload extends DeskError {
  readonly code = 'bad-payload'
  readonly retryable = false
}

/** The platform said no; `vendorCode` is its own code. */
export class PlatformRefused extends DeskError {
  readonly code = 'platform-refused'
  readonly retryable: boolean
  constructor(message: string, options: Options & { readonly retryable: boolean }) {
    super(message, options)
    this.retryable = options.retryable
  }
}

/** The network failed or the answer was no answer: outcome unknown. */
export class Unreachable extends DeskError {
  readonly code = 'unreachable'
  readonly retryable = true
}

/** Proves to the compiler that every case was handled. */
export function assertNever(value: never): never {
  throw new TypeError(`unhandled case: ${JSON.stringify(value)}`)
}

/** The desk cannot start here. The message is one sentence for the operator that says what to do. */
export class CannotStart extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'CannotStart'
  }
}

/** The code Node, postgres.js and PostgreSQL put on what they throw (ENOENT, 57P03); undefined where there is none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
