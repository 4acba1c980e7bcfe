/** Where the desk may be led by an address that came from outside (reliability R9d). */

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}

const plainHttps = (url: URL): boolean =>
  url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === ''

/** A sessionWebhook: DingTalk's own host or the configured one. */
export function isReplyHost(address: string, oapiBase: string): boolean {
  const url = parse(address)
  if (url === undefined) return false
  return url.origin === new URL(oapiBase).origin || (plainHttps(url) && url.hostname === 'oapi.dingtalk.com')
}

/** A download: DingTalk and its object storage (links are signed, short-lived and need no token), or the configured API's host. */
export function isMediaHost(address: string, bases: readonly string[]): boolean {
  const url = parse(address)
  if (url === undefined) return false
  if (bases.some((base) => url.origin === new URL(base).origin)) return true
  return plainHttps(url) && /(^|\.)(dingtalk|aliyuncs)\.com$/.test(url.hostname)
}
