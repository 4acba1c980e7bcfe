import type { Phrase } from './answers.ts'

/** When goods that are short come, by the orders at suppliers. */

export const arrivalTitles = {
  due: (day: string): Phrase => ({ head: `缺货，采购预计${day}到` }),
  late: { head: '缺货，采购交期已过，到货未知' } as Phrase,
  undated: { head: '缺货，采购在途，到货日未知' } as Phrase,
  none: { head: '缺货，没有在途采购' } as Phrase,
} as const

export const arrivalWords = {
  onTheWay: '在途',
  line: (bill: string, count: number, day: string): Phrase => ({ head: '', body: bill, tail: ` ${count}件 ${day}` }),
  due: (day: string) => `${day}到`,
  late: (day: string) => `${day}应到，未到`,
  undated: '到货日未知',
  more: (count: number) => `还有${count}张采购单`,
  incomplete: '另有采购系统没有回应，可能还有在途',
  silent: (system: string) => `${system}没有回应，到货时间未知`,
  none: '没有审核过、还没到齐的采购单',
} as const
