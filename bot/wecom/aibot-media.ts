import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { decryptFile } from '@wecom/aibot-node-sdk'
import { BadPayload, PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import { callTimeoutMs, mediaBytes } from './limits.ts'

export type AibotMediaParts = {
  /** Where the bot's gateway is; files may also come from there. */
  readonly gatewayUrl: string
  readonly fetch?: typeof fetch
}

/**
 * A picture or file of the AI bot: fetched from the address in the message (good for 5 minutes) and decrypted with its key.
 * Only https and only public addresses, so that nobody can lead the desk into its own network (reliability R9d); the SDK's
 * own download knows neither bound (1.0.7). Throws PlatformRefused when it is gone, BadPayload, Unreachable.
 */
export async function fetchBotFile(
  { gatewayUrl, fetch: get = fetch }: AibotMediaParts,
  { url, key }: { readonly url: string; readonly key?: string },
): Promise<Uint8Array> {
  await refuseInside(url, gatewayUrl)
  const bytes = await download(get, url)
  if (key === undefined) return bytes
  try {
    return decryptFile(Buffer.from(bytes), key)
  } catch (cause) {
    throw new BadPayload('the AI bot file does not decrypt with its key', { cause })
  }
}

async function refuseInside(address: string, gatewayUrl: string): Promise<void> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) throw new BadPayload('the AI bot named no address of its file')
  if (url.host === new URL(gatewayUrl).host) return
  if (url.protocol !== 'https:' || url.port !== '' || url.username !== '')
    throw new BadPayload('the AI bot named an address that is not plain https')
  const addresses = await lookup(url.hostname, { all: true }).catch((cause: unknown) => {
    throw new Unreachable("the file's host has no address", { cause })
  })
  if (addresses.some(({ address: ip }) => isInside(ip)))
    throw new BadPayload('the AI bot named an address inside a private network')
}

/** Loopback, private, link-local, shared and multicast ranges of both families. */
export function isInside(ip: string): boolean {
  if (isIP(ip) === 6) {
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
    return mapped === undefined ? /^(?:::1?$|f[cd]|fe[89ab]|ff)/i.test(ip) : isInside(mapped)
  }
  return /^(?:0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^2(?:2[4-9]|[345]\d)\./.test(
    ip,
  )
}

async function download(get: typeof fetch, url: string): Promise<Uint8Array> {
  const response = await get(url, { redirect: 'error', signal: AbortSignal.timeout(callTimeoutMs) }).catch(
    (cause: unknown) => {
      // without the address: its query is a right to the file
      throw new Unreachable("the file's host did not answer", { cause })
    },
  )
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    const gone = response.status === 403 || response.status === 404 || response.status === 410
    if (gone) throw new PlatformRefused('the AI bot file is no longer given out', { retryable: false })
    throw new Unreachable(`the file's host answered HTTP ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > mediaBytes + 64) throw new BadPayload(`the file has more than ${mediaBytes / 1_048_576} MB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
