// A desk (or command) of its own process for embedded.test.ts: says on one line how the start went, then waits for the
// end of its input and stops.
import { startEmbedded } from '../../../src/db/embedded.ts'
import { silentLog } from '../../../src/runtime/log.ts'

const [dataDir = '', owner, patienceMs] = process.argv.slice(2)
const started = await startEmbedded({
  dataDir,
  owner: owner === 'command' ? 'command' : 'desk',
  log: silentLog,
  durable: false,
  patienceMs: Number(patienceMs ?? 15_000),
})
console.log(JSON.stringify(started))
if (started.outcome === 'running') {
  await new Promise((resolve) => process.stdin.once('end', resolve).resume())
  await started.stop()
}
