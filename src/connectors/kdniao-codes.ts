import type { CarrierCode } from '../hub/order-facts.ts'
import { failed, refined, signedFor, stepByWords, type TrackStep } from './track-steps.ts'

// 快递鸟 codes (integrators' pages, 2026-11-22). The same digits mean other things at other trackers.

/** Names of carriers; 申通 to 德邦 as listed, 邮政 unconfirmed. */
const shippers: Partial<Record<CarrierCode, string>> = {
  SF: 'SF',
  YTO: 'YTO',
  ZTO: 'ZTO',
  STO: 'STO',
  YUNDA: 'YD',
  JT: 'JTSD',
  JD: 'JD',
  EMS: 'EMS',
  DBL: 'DBL',
  POST: 'YZPY',
}

/** ShipperCode of a carrier; undefined for those it does not know. */
export function shipperOf(carrier: CarrierCode): string | undefined {
  return shippers[carrier]
}

/** State and StateEx, and the Action of a node. */
const steps: Readonly<Record<string, TrackStep>> = {
  '0': { state: 'created' },
  '10': { state: 'created' },
  '1': { state: 'collected' },
  '2': { state: 'in_transit' },
  '201': { state: 'in_transit' },
  '202': { state: 'delivering' },
  // in a locker, not taken from it
  '211': { state: 'delivering' },
  '3': { state: 'signed' },
  '301': { state: 'signed' },
  '302': { state: 'signed' },
  '304': signedFor('agent'),
  // taken out of the locker
  '311': signedFor('station'),
  '4': failed('unrecognised'),
  // no shipping info, which elsewhere is "cancelled"
  '401': failed('unrecognised'),
  '402': failed('stuck'),
  '403': failed('stuck'),
  '404': failed('refused'),
  '405': failed('delivery_failed'),
  '406': failed('returning'),
  '407': failed('returning'),
  // nobody took it from the locker: it stays there
  '412': failed('stuck'),
}

/** The buyer's own signature, whatever its words name. */
const byPerson = '301'

/** By its code; an unknown one by the state its hundreds digit stands for; without any by the words. */
export function stepOf(code: string | undefined, words: string): TrackStep {
  if (code === undefined) return stepByWords(words)
  if (code === byPerson) return { state: 'signed' }
  const whole = steps[code] ?? (/^[1-4]\d\d$/.test(code) ? steps[code.charAt(0)] : undefined)
  return refined(whole ?? stepByWords(words), words)
}

export function isKnown(code: string): boolean {
  return Object.hasOwn(steps, code)
}

/** It will tell no more after these (unconfirmed): signed by the receiver, or back with the sender. */
export function isOver(code: string | undefined): boolean {
  return code !== undefined && /^(?:3|30\d|311|406)$/.test(code)
}
