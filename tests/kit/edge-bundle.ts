import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What `wrangler deploy` would upload, made without asking the network for anything. */
export async function bundleEdge(): Promise<{ readonly code: Buffer }> {
  const outdir = await mkdtemp(join(tmpdir(), 'chadan-edge-'))
  try {
    const quiet = { WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', CI: 'true', NO_UPDATE_NOTIFIER: '1' }
    await promisify(execFile)(
      process.execPath,
      [join(root, 'node_modules/wrangler/bin/wrangler.js'), 'deploy', '--dry-run', '--outdir', outdir],
      { cwd: root, env: { ...process.env, ...quiet, WRANGLER_LOG_PATH: outdir }, timeout: 60_000 },
    )
    return { code: await readFile(join(outdir, 'edge.js')) }
  } finally {
    await rm(outdir, { recursive: true, force: true })
  }
}
