// A desk in a process of its own that reads photos with the real reading process and is killed on the way. Photos come from
// the test and results go to it over HTTP; queue, outbox, kept bytes and reader are the real things.
import { photoTask, photoTaskName } from '../../handlers/waybill-photo.ts'
import { type DatabaseTarget, openDatabase } from '../../src/db/client.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { photos } from '../../src/hub/photos.ts'
import { bullmqQueue } from '../../src/jobs/bullmq-queue.ts'
import { hintTasks, pump } from '../../src/jobs/pump.ts'
import { worker } from '../../src/jobs/worker.ts'
import { readingProcess } from '../../src/ocr/reading-process.ts'
import { photoReader } from '../../src/photo-reader.ts'
import { blobFiles } from '../../src/runtime/blob-files.ts'
import { systemClock as clock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { jsonLog, silentLog } from '../../src/runtime/log.ts'
import { testPersonal as cipher } from '../kit/cipher.ts'
import { codec } from '../kit/every-card.ts'

type Start = { readonly target: DatabaseTarget; readonly outside: string; readonly dir: string }
const { target, outside, dir } = JSON.parse(process.argv[2] ?? '') as Start
const log = jsonLog('error')
const database = openDatabase(target)
const [ids, plain] = [randomIds(), { seal: (bytes: Uint8Array) => bytes, unseal: (bytes: Uint8Array) => bytes }]
const box = outbox(database, cipher, { random: () => 0 })
const reader = await readingProcess({ choice: 'paddle', log: silentLog })
const tell = (path: string, said: object) => fetch(`${outside}${path}`, { method: 'POST', body: JSON.stringify(said) })

const task = photoTask({
  photos: photos({ database, blobs: blobFiles({ dir, seal: plain, ids }), clock, ids }),
  lookup: orderLookup(database, cipher, clock),
  memory: { remember: async () => {} },
  media: { fetch: async () => new Uint8Array(await (await fetch(`${outside}photo`)).arrayBuffer()) },
  read: async (bytes) => {
    await tell('reading', { reader: reader.pid() })
    return photoReader(reader)(bytes)
  },
  say: async (message) => void (await tell('said', message)),
  cropLink: () => undefined,
  ...{ codec, clock },
})
const executor = worker({
  outbox: box,
  tasks: { [photoTaskName]: task },
  wake: () => line.wake(),
  clock,
  log,
  leaseMs: 1_000,
})
const queue = bullmqQueue({ target, redisUrl: undefined, log })
const line = pump({ outbox: box, queue, executor, clock, log, patienceMs: 1_000 })
const stop = new AbortController().signal
void line.run(stop)
void queue.work(hintTasks(executor), stop)
