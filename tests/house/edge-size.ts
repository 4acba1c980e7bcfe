import { gzipSync } from 'node:zlib'
import { bundleEdge } from '../kit/edge-bundle.ts'

/** The Worker's bundle is small because it carries no database, queue or handler. A jump here means that something leaked in. */
const mostKiB = 300
const mostGzipKiB = 80

const { code } = await bundleEdge()
const kib = (bytes: number) => Math.round(bytes / 102.4) / 10
const size = kib(code.length)
const gzip = kib(gzipSync(code).length)
console.log(JSON.stringify({ edgeKiB: size, edgeGzipKiB: gzip, mostKiB, mostGzipKiB }))
if (size > mostKiB || gzip > mostGzipKiB) {
  console.error(
    'The edge bundle grew past its bound: look at what src/edge.ts reaches (npm run rooms), or raise the bound with a reason.',
  )
  process.exitCode = 1
}
