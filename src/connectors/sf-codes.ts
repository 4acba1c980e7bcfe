import { failed, refined, stepByWords, type TrackStep } from './track-steps.ts'

// 顺丰 opCodes (open-source clients, 2026-11-22; 36, 54, 99, 125, 204, 648 and 8000 unconfirmed).

/** Where it works with firms: 顺丰 alone. */
const steps: Readonly<Record<string, TrackStep>> = {
  '50': { state: 'collected' },
  '54': { state: 'collected' },
  '30': { state: 'in_transit' },
  '31': { state: 'in_transit' },
  '36': { state: 'in_transit' },
  '44': { state: 'delivering' },
  '204': { state: 'delivering' },
  '634': { state: 'delivering' },
  // put into a locker: not the buyer's signature
  '125': { state: 'delivering' },
  '80': { state: 'signed' },
  '8000': { state: 'signed' },
  // nobody took it from the locker
  '126': failed('stuck'),
  '33': failed('unrecognised'),
  '70': failed('delivery_failed'),
  '99': failed('returning'),
  '648': failed('returning'),
}

const noDelivery = '70'

/** By its opCode, refined by the reason or the words; an unknown code by its words alone, which never make it signed. */
export function sfStep(opCode: string | undefined, words: string): TrackStep {
  const step = opCode === undefined ? undefined : steps[opCode]
  if (step === undefined) return stepByWords(words)
  if (opCode !== noDelivery) return refined(step, words)
  const why = refined(failed('unrecognised'), words)
  return why.exception === 'unrecognised' ? step : why
}

export function isSfCode(opCode: string): boolean {
  return Object.hasOwn(steps, opCode)
}
