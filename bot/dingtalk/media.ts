import type { MediaRef } from '../../src/chat/event.ts'
import type { MediaSource } from '../../src/chat/ports.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import type { DingtalkAccount, DingtalkApi } from './api.ts'
import { readAtMost } from './call.ts'
import { isMediaHost } from './hosts.ts'
import { callTimeoutMs, mediaBytes } from './limits.ts'

/**
 * Bytes of a photo or file by its downloadCode: first a short-lived signed address, then a plain GET from DingTalk's own
 * hosts. https://open.dingtalk.com/document/development/download-the-file-content-of-the-robot-receiving-message, 2026-11-22.
 */
export function dingtalkMedia(config: DingtalkAccount, api: DingtalkApi): MediaSource {
  return {
    async fetch(ref: MediaRef) {
      const url = await downloadUrl(config, api, ref.id)
      if (!isMediaHost(url, [config.apiBase, config.oapiBase]))
        throw new BadPayload('DingTalk named a download address that is not its own')
      return download(url)
    },
  }
}

async function downloadUrl(config: DingtalkAccount, api: DingtalkApi, downloadCode: string): Promise<string> {
  const body = { downloadCode, robotCode: config.robotCode }
  const { verdict, body: answer } = await api.request('POST', '/v1.0/robot/messageFiles/download', body)
  if (verdict.outcome === 'unclear') throw new Unreachable(verdict.reason)
  if (verdict.outcome !== 'ok') {
    const afterMs = 'afterMs' in verdict ? verdict.afterMs : undefined
    throw new PlatformRefused(`DingTalk does not hand out the file: ${verdict.reason}`, {
      retryable: verdict.outcome === 'busy' || verdict.outcome === 'banned',
      ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }),
      ...('code' in verdict ? { vendorCode: verdict.code } : {}),
    })
  }
  if (typeof answer.downloadUrl !== 'string') throw new Unreachable('the download answer has no address')
  return answer.downloadUrl
}

async function download(url: string): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(callTimeoutMs) })
    if (!response.ok) {
      await response.body?.cancel()
      throw new Unreachable(`the file's host answered HTTP ${response.status}`)
    }
    bytes = await readAtMost(response, mediaBytes)
  } catch (error) {
    if (error instanceof Unreachable) throw error
    // without the address: its query is a right to the file
    throw new Unreachable("the file's host did not answer", { cause: error })
  }
  if (bytes === undefined) throw new BadPayload(`the file has more than ${mediaBytes / 1_048_576} MB`)
  return bytes
}
