import type postgres from 'postgres'

export type Sql = postgres.Sql<{ bigint: bigint }>

/** How long a pool that lost a connection may take to end what it is still doing. */
const endSeconds = 60

/**
 * A pool that is replaced as soon as it loses a connection. postgres.js 3.4.9 does not clean a connection that closes while
 * something is to be written (connection.js, closed; its issues 1066 and 1208): it is used again, believes for ever that its write is
 * arranged, and what it is given waits until the connect time-out, its own start included. What is under way in the old pool ends
 * there; everything new goes to the new one.
 */
export function steadyPool(open: (onclose: () => void) => Sql): Sql {
  let ending = false
  const old = new Set<Promise<unknown>>()
  const start = (): Sql => {
    const pool: Sql = open(() => {
      if (pool === current && !ending) replace()
    })
    return pool
  }
  let current = start()
  const replace = () => {
    const spoilt = current
    current = start()
    // drizzle-orm has put its own into the pool it was given
    Object.assign(current.options.parsers, spoilt.options.parsers)
    Object.assign(current.options.serializers, spoilt.options.serializers)
    const ended = spoilt.end({ timeout: endSeconds }).finally(() => old.delete(ended))
    old.add(ended)
  }
  const end: Sql['end'] = async (options) => {
    ending = true
    await Promise.all([current.end(options), ...(options?.timeout === undefined ? old : [])])
  }
  const begin = (...given: unknown[]) => beginSteadily(current, given)
  return new Proxy(current, {
    apply: (_target, _self, given) => Reflect.apply(current, undefined, given),
    get: (_target, name) => (name === 'begin' ? begin : name === 'end' ? end : Reflect.get(current, name)),
  })
}

/** Whether a transaction's connection is closed is known at once; this is only to let that be said first. */
const lastWordMs = 50

/**
 * postgres.js answers a lost connection with a ROLLBACK on it, and the write to no socket ends the process. So what failed with a lost
 * connection is not told to it while `begin` rejects by itself; it does unless it was another connection that was lost.
 */
async function beginSteadily(pool: Sql, given: readonly unknown[]): Promise<unknown> {
  const work = given.at(-1) as (tx: unknown) => unknown
  let over = false
  const settled = (tx: unknown) =>
    new Promise((resolve, reject) => {
      Promise.resolve(work(tx)).then(resolve, (error: unknown) => {
        if (!isLostConnection(error)) reject(error)
        else setTimeout(() => over || reject(error), lastWordMs)
      })
    })
  const begin = pool.begin.bind(pool) as (...given: unknown[]) => Promise<unknown>
  try {
    return await begin(...given.slice(0, -1), settled)
  } finally {
    over = true
  }
}

/** The driver's own word that the socket is closed; after the server's (57P01) it still is open. */
function isLostConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(?:CONNECTION_|E[A-Z]+$)/.test(code)
}
