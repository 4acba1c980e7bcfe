import { hmacHex } from './digests.ts'

export type KingdeeApp = {
  /** As the vendor gives it: `<clientId>_<base64>`. */
  readonly appId: string
  readonly appSecret: string
  readonly acctId: string
  readonly user: string
  readonly lcid: number
  readonly orgNum: string
}

/** Stands in the vendor's own SDKs; it hides, it does not protect. */
const clientSecretMask = '0054f397c6234378b09ca7d3e5debce7'
const signedHeaders = 'x-api-timestamp,x-api-nonce'

/**
 * The headers of a signed call (third-party app authorisation, auth version 2.0). `path` is the request's path; `seconds` Unix time.
 * Both signatures are base64 over the lower-case hex text of an HMAC, not over its bytes.
 */
export function kingdeeHeaders(
  { appId, appSecret, acctId, user, lcid, orgNum }: KingdeeApp,
  { path, seconds, nonce }: { readonly path: string; readonly seconds: string; readonly nonce: string },
): Readonly<Record<string, string>> {
  const [clientId = '', secretPart = ''] = appId.split('_')
  const text = `POST\n${encodeURIComponent(path)}\n\nx-api-nonce:${nonce}\nx-api-timestamp:${seconds}\n`
  const appData = [acctId, user, lcid, orgNum].join(',')
  return {
    'X-Api-ClientID': clientId,
    'X-Api-Auth-Version': '2.0',
    'x-api-timestamp': seconds,
    'x-api-nonce': nonce,
    'x-api-signheaders': signedHeaders,
    'X-Api-Signature': base64(hmacHex('sha256', clientSecretOf(secretPart), text)),
    'X-Kd-Appkey': appId,
    'X-Kd-Appdata': base64(appData),
    'X-Kd-Signature': base64(hmacHex('sha256', appSecret, appId + appData)),
  }
}

/** 32 bytes are masked, anything else is taken as it is. */
function clientSecretOf(part: string): string {
  const bytes = Buffer.from(part, 'base64')
  if (bytes.length !== clientSecretMask.length) return bytes.toString('base64')
  return Buffer.from(bytes.map((byte, index) => byte ^ clientSecretMask.charCodeAt(index))).toString('base64')
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
