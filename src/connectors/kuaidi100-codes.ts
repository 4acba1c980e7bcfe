import type { CarrierCode } from '../hub/order-facts.ts'
import { failed, refined, signedFor, stepByWords, type TrackStep } from './track-steps.ts'

// 快递100 codes (official pages, 2026-11-22; 11 to 13 unconfirmed). The same digits mean other things at other trackers.

/** Names of carriers; 菜鸟's unconfirmed. */
const companies: Partial<Record<CarrierCode, string>> = {
  SF: 'shunfeng',
  YTO: 'yuantong',
  ZTO: 'zhongtong',
  STO: 'shentong',
  YUNDA: 'yunda',
  JT: 'jtexpress',
  JD: 'jd',
  EMS: 'ems',
  POST: 'youzhengguonei',
  DBL: 'debangkuaidi',
  CAINIAO: 'danniao',
}

export function companyOf(carrier: CarrierCode): string | undefined {
  return companies[carrier]
}

/** Those that tell nothing without the last four digits of a phone. */
export const wantsPhone: ReadonlySet<CarrierCode> = new Set(['SF', 'ZTO'])

const inTransit: TrackStep = { state: 'in_transit' }

/** `statusCode` of a node and `state` of the whole, as told with resultv2=4. */
const steps: Readonly<Record<string, TrackStep>> = {
  '101': { state: 'created' },
  '102': { state: 'created' },
  '1': { state: 'collected' },
  '103': { state: 'collected' },
  '0': inTransit,
  '1001': inTransit,
  '1002': inTransit,
  '1003': inTransit,
  // forwarded to another carrier
  '7': inTransit,
  // customs: waiting, clearing, cleared
  '10': inTransit,
  '11': inTransit,
  '12': inTransit,
  '5': { state: 'delivering' },
  // in a locker or a shop, not taken from it
  '501': { state: 'delivering' },
  '3': { state: 'signed' },
  '301': { state: 'signed' },
  '302': { state: 'signed' },
  '303': signedFor('agent'),
  '304': signedFor('station'),
  '2': failed('unrecognised'),
  // not signed, or nothing new, for too long
  '201': failed('stuck'),
  '202': failed('stuck'),
  '203': failed('refused'),
  '14': failed('refused'),
  '204': failed('delivery_failed'),
  // nobody took it from the locker: it stays there
  '205': failed('stuck'),
  '206': failed('unreachable'),
  // outside of where the carrier delivers
  '207': failed('delivery_failed'),
  '208': failed('stuck'),
  '209': failed('damaged'),
  // cancelled, which elsewhere is "no shipping info"
  '210': failed('unrecognised'),
  '401': failed('unrecognised'),
  '6': failed('returning'),
  // back, and signed by the sender
  '4': failed('returning'),
  '13': failed('unrecognised'),
}

/** The buyer's own signature, whatever its words name. */
const byPerson = '301'

/** By its code; an unknown one of a clear family by that; else, and without any, by the words. */
export function stepOf(code: string | undefined, words: string): TrackStep {
  if (code === undefined) return stepByWords(words)
  if (code === byPerson) return { state: 'signed' }
  const whole = steps[code] ?? (/^[235]\d\d$/.test(code) ? steps[code.charAt(0)] : undefined)
  return refined(whole ?? stepByWords(words), words)
}

export function isKnown(code: string): boolean {
  return Object.hasOwn(steps, code)
}
