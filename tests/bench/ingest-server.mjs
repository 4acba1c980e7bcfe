// The server side of `npm run bench -- ingest`: the signed door over dist/, as `npm start` runs it, in a process of its own.
// argv: URL of the database, the shop's account as JSON. Tells the parent { port }.
import { serve } from '@hono/node-server'

const fromDist = (path) => import(new URL(`../../dist/src/${path}`, import.meta.url).href)
const { openDatabase, targetOfUrl } = await fromDist('db/client.js')
const { feedDoor } = await fromDist('feed-door.js')
const { doudian } = await fromDist('connectors/doudian.js')
const { personalData } = await fromDist('hub/personal.js')
const { takePush } = await fromDist('hub/take-push.js')
const { systemClock } = await fromDist('runtime/clock.js')
const { silentLog } = await fromDist('runtime/log.js')
const { vendor } = await fromDist('runtime/vendor-call.js')

const [url, account, connections] = process.argv.slice(2)
const database = openDatabase(targetOfUrl(url), { max: Number(connections) })
const { channels } = doudian.open('doudian', JSON.parse(account), {
  clock: systemClock,
  tokens: { get: async () => 'none is needed', drop: async () => {} },
  log: silentLog,
  vendor: (options) => vendor({ ...options, clock: systemClock }),
  publicUrl: undefined,
})
const app = feedDoor({
  doors: channels,
  takePush: takePush(database, personalData('42'.repeat(32))),
  clock: systemClock,
  log: silentLog,
  wake: () => {},
})
process.on('disconnect', () => process.exit(0))
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send({ port }))
