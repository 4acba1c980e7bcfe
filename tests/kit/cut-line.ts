import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseTarget } from '../../src/db/client.ts'

/** A way to the database that can be cut at any message: for the database its process has died there. */
export type CutLine = {
  readonly target: DatabaseTarget
  /**
   * Cuts it when so many messages have gone to the database from now on. `heard`: the last of them still arrives, so that what it
   * commits is committed and nobody is told; else it is lost.
   */
  cutAfter(messages: number, heard: boolean): void
  isCut(): boolean
  /** Resolves when it is cut. */
  readonly died: Promise<void>
  close(): Promise<void>
}

/** Passes bytes on to the server of `target`, until it is cut; then every connection ends at once, new ones too. */
export async function cutLine(target: DatabaseTarget): Promise<CutLine> {
  const sockets = new Set<Socket>()
  let left = Number.POSITIVE_INFINITY
  let heard = false
  let cut = false
  let tell = () => {}
  const died = new Promise<void>((resolve) => {
    tell = resolve
  })
  const cutNow = () => {
    cut = true
    tell()
    for (const socket of sockets) socket.destroy()
  }
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    return socket
  }
  const server = createServer((near) => {
    keep(near)
    if (cut) return near.destroy()
    const far = keep(connect(addressOf(target)))
    near.on('data', (chunk) => {
      left -= 1
      if (left > 0) return far.write(chunk)
      // the answer finds nobody any more
      if (heard) far.end(chunk)
      sockets.delete(far)
      cutNow()
    })
    far.on('data', (chunk) => near.write(chunk))
    near.on('close', () => far.destroySoon())
    far.on('close', () => near.destroy())
    return undefined
  })
  const directory = await mkdtemp(join(tmpdir(), 'chadan-line-'))
  const own = target.kind === 'socket' ? join(directory, `.s.PGSQL.${target.port}`) : { port: 0, host: '127.0.0.1' }
  server.listen(own)
  await once(server, 'listening')
  return {
    target: throughServer(target, directory, server.address()),
    cutAfter: (messages, arrives) => {
      left = messages
      heard = arrives
    },
    isCut: () => cut,
    died,
    close: async () => {
      cutNow()
      server.close()
      await once(server, 'close')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function addressOf(target: DatabaseTarget): NetConnectOpts {
  if (target.kind === 'socket') return { path: join(target.directory, `.s.PGSQL.${target.port}`) }
  const { hostname, port } = new URL(target.url)
  return { host: hostname, port: Number(port || 5432) }
}

function throughServer(
  target: DatabaseTarget,
  directory: string,
  address: ReturnType<ReturnType<typeof createServer>['address']>,
): DatabaseTarget {
  if (target.kind === 'socket') return { ...target, directory }
  if (typeof address !== 'object' || address === null) throw new TypeError('the line listens on a port')
  const url = new URL(target.url)
  url.host = `127.0.0.1:${address.port}`
  return { kind: 'url', url: url.href }
}
