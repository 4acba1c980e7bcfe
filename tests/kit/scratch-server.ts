import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DatabaseTarget, urlOfTarget } from '../../src/db/client.ts'
import { startEmbedded } from '../../src/db/embedded.ts'
import { silentLog } from '../../src/runtime/log.ts'

export type ScratchServer = { readonly target: DatabaseTarget; readonly url: string; stop(): Promise<void> }

/** A PostgreSQL of one's own in a temporary directory, for benches: durable like the real one unless told otherwise. */
export async function scratchServer(durable = true): Promise<ScratchServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'chadan-scratch-'))
  await chmod(dataDir, 0o711)
  const server = await startEmbedded({ dataDir, owner: 'desk', durable, log: silentLog })
  if (server.outcome !== 'running') throw new Error(`no scratch server: ${JSON.stringify(server)}`)
  return {
    target: server.target,
    url: urlOfTarget(server.target),
    stop: async () => {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
