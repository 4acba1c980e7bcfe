/** The part of the hub's outbox that carries rows out, by structure: jobs knows payloads no more than a postman letters. */
export type OutboxPort = {
  due(limit: number): Promise<readonly { readonly key: string; readonly attempts: number }[]>
  claim(key: string, leaseMs: number): Promise<OutboxClaim>
  extend(row: ClaimedRow, leaseMs: number): Promise<boolean>
  done(row: ClaimedRow, receipt?: Readonly<Record<string, string>>): Promise<void>
  fail(row: ClaimedRow, failure: { readonly reason: string; readonly afterMs?: number }): Promise<'retry' | 'dead'>
  giveUp(row: ClaimedRow, reason: string): Promise<void>
}

export type ClaimedRow = {
  readonly key: string
  readonly task: string
  readonly payload: unknown
  readonly lane: string | undefined
  readonly attempt: number
}

export type OutboxClaim =
  | { readonly outcome: 'claimed'; readonly row: ClaimedRow }
  | { readonly outcome: 'buried'; readonly task: string; readonly lane: string | undefined; readonly reason: string }
  | { readonly outcome: 'not-now' }
