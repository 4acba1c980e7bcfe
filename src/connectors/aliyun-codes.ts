import { aliyunLimits } from '../text/zh-sms.ts'

// 阿里云短信 codes (from memory, unconfirmed but for their names in backoffice.md §6, 2026-11-22). Others are refusals with their code.

/** Nobody knows whether it went. */
export const unknownOutcome = /^(?:InternalError|ServiceUnavailable|isp\.)/

/** Too fast for the account: certainly not sent. */
export const throttled = /^Throttling/

/** The time of the call is more than 15 minutes off. */
export const clockOff = /^InvalidTimeStamp/

/** A number that was used: with a fresh one the call is another. */
export const nonceUsed = /^SignatureNonceUsed/

/** A number has had enough for now; a message that waits for a day helps nobody. */
export const numberLimit = 'isv.BUSINESS_LIMIT_CONTROL'

const minuteMs = 60_000

/** How long a number rests by the words of its limit; undefined when that is for today. */
export function numberRestMs(words: string): number | undefined {
  if (aliyunLimits.day.test(words)) return undefined
  return aliyunLimits.hour.test(words) ? 60 * minuteMs : minuteMs
}

/** What to do about a refusal, for the operator. */
export const repairs: Readonly<Record<string, string>> = {
  'isv.AMOUNT_NOT_ENOUGH': 'the account has no money left: pay',
  'isv.OUT_OF_SERVICE': 'the account is stopped: pay what it owes',
  'isv.MOBILE_NUMBER_ILLEGAL': 'the number of this member is no mobile number: see the member list',
  'isv.SMS_TEMPLATE_ILLEGAL':
    'the template is not approved for this account: see its code and its state in the console',
  'isv.SMS_SIGNATURE_ILLEGAL': 'the sign is not approved for this account: see signName',
  'isv.INVALID_PARAMETERS': 'a value does not fit the template: see its variables in the console',
  'isv.TEMPLATE_MISSING_PARAMETERS': 'the approved template has a variable that its text here lacks: copy it again',
  'isv.PARAM_LENGTH_LIMIT': 'a value is longer than the template allows: lower mostChars',
  SignatureDoesNotMatch: 'the signature is refused: copy the access key secret again',
  'InvalidAccessKeyId.NotFound': 'the access key is unknown: copy its id again',
  'Forbidden.RAM': 'the access key may not send: give its user the right AliyunDysmsFullAccess',
}

/** TemplateStatus of QuerySmsTemplate. */
export const approved = '1'
