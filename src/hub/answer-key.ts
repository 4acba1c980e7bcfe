import { createHash } from 'node:crypto'

/** 11 characters that stand for one delivery of one event: what tokens, memory and the query log call its answer. */
export function answerKey(platform: string, eventId: string): string {
  return createHash('sha256').update(`${platform}\n${eventId}`).digest().subarray(0, 8).toString('base64url')
}
