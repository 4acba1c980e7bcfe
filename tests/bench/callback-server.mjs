// The server side of `npm run bench -- callback`: plain JavaScript over dist/, as `npm start` runs it (a loader's helper
// code would be measured as ours), in a process of its own so that the load does not share its thread.
// argv: ours | bare, settings as JSON. Tells the parent { port }; answers any message with the CPU time used, in µs.
import { createServer } from 'node:http'
import { serve } from '@hono/node-server'

const fromDist = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href)
const { decodeAesKey, decryptEnvelope, sealReply, verifySignature } = await fromDist('bot/wecom/crypt.js')
const { parseFields, textAt, writeTree } = await fromDist('bot/wecom/wire.js')
const { wecomCallback } = await fromDist('bot/wecom/callback.js')
const { systemClock } = await fromDist('src/runtime/clock.js')
const { silentLog } = await fromDist('src/runtime/log.js')

const words = '【运输中】已到杭州萧山转运中心,预计11-23送达\n订单 抖音…2563 | 商品 3段奶粉×2 | 快递 中通75894561230147'

function listenOurs(settings, listening) {
  const app = wecomCallback({ settings, clock: systemClock, log: silentLog }, async () => ({
    kind: 'text',
    text: words,
  }))
  serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => listening(port))
}

/** The same crypto and XML on bare node:http, and nothing else: no bounds, no deadline, no events. */
function listenBare({ token, encodingAesKey, corpId }, listening) {
  const key = decodeAesKey(encodingAesKey)
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const query = new URL(request.url, 'http://localhost').searchParams
      const encrypt = textAt(parseFields(Buffer.concat(chunks).toString()).fields, 'Encrypt')
      const signed = { timestamp: query.get('timestamp'), nonce: query.get('nonce'), encrypt }
      verifySignature(token, signed, query.get('msg_signature'))
      const { fields } = parseFields(decryptEnvelope(key, encrypt, corpId))
      // whoever answers reads the question: the parser hands over a rope of characters that is only now made a string
      const content = textAt(fields, 'Content').trim() === '' ? '' : words
      const seconds = Math.floor(Date.now() / 1_000)
      const head = { ToUserName: textAt(fields, 'FromUserName'), FromUserName: corpId, CreateTime: seconds }
      const clear = writeTree({ ...head, MsgType: 'text', Content: content }, 'xml')
      const sealed = sealReply({ key, token, receiveId: corpId }, clear, { timestamp: String(seconds), nonce: '17' })
      const body = { Encrypt: sealed.encrypt, MsgSignature: sealed.msgSignature, TimeStamp: seconds, Nonce: '17' }
      response.writeHead(200, { 'content-type': 'application/xml; charset=utf-8' }).end(writeTree(body, 'xml'))
    })
  })
  server.listen(0, '127.0.0.1', () => listening(server.address().port))
}

const [kind, settings] = process.argv.slice(2)
const listen = kind === 'ours' ? listenOurs : listenBare
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ cpuMicros: user + system })
})
listen(JSON.parse(settings), (port) => process.send({ port }))
