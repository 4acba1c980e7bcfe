import { createHmac, timingSafeEqual } from 'node:crypto'
import { signatureWindowMs } from './limits.ts'

/**
 * base64(HMAC-SHA256(key = secret, timestamp + "\n" + secret)), the robot rule for both directions.
 * `timestamp` is the header text as it came. https://open.dingtalk.com/document/development/receive-message, 2026-11-22.
 */
export function robotSign(timestamp: string, secret: string): string {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')
}

/**
 * True when `sign` was made with our secret and `timestamp` (ms) is within an hour of `nowMs`.
 * The body is not signed: whoever sees one signed push could send others for an hour, so the address must be https.
 */
export function isRobotSign(
  timestamp: string | undefined,
  sign: string | undefined,
  secret: string,
  nowMs: number,
): boolean {
  if (timestamp === undefined || sign === undefined || !/^\d{13}$/.test(timestamp)) return false
  const expected = new TextEncoder().encode(robotSign(timestamp, secret))
  const given = new TextEncoder().encode(sign)
  const same = given.length === expected.length && timingSafeEqual(given, expected)
  return same && Math.abs(nowMs - Number(timestamp)) <= signatureWindowMs
}
