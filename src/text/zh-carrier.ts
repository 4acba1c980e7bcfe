import type { Phrase } from './answers.ts'

/** Choosing the carrier of an order that came without one (product row 12). */

export const carrierTexts = {
  title: (order: string, why: string): Phrase => ({ head: '请选择物流方式：', body: order, tail: ` ${why}` }),
  since: '从',
  sinceValue: (at: string, lasted: string) => `${at}（${lasted}）`,
  reason: '原因',
  how: '选顺丰、中通、京东物流直接点；其他要填名称和预估运费',
  other: '其他',
  button: '补承运商',
  askOther: (order: string) => `${order} 请填承运商名称和预估运费，例：安能 18`,
  askFreight: (name: string) => `还缺${name}的预估运费（元），例：18`,
  badFreight: '运费请填0到10000之间的金额，最多两位小数，例：18.5',
  set: (carrier: string): Phrase => ({ head: '已补承运商：', body: carrier }),
  setToast: '已补上',
  freed: '已放行，仓库可以拣货',
  freight: '运费',
  by: '经办',
  hasOne: (carrier: string) => `这一单已有承运商：${carrier}，没有改动。`,
  cancelled: '这一单已取消，不用再补承运商。',
  gone: '查不到这一单，请核对单号后重发。',
  denied: (roles: string) => `补承运商需要${roles}，请找他们处理。已记录，未改动。`,
  and: '、',
} as const

export const carrierSayings = {
  fix: (order: string) => `补承运商 ${order}`,
  choose: (order: string, carrier: string) => `补承运商 ${order} ${carrier}`,
} as const

const said = /^补(?:一下)?承运商[:：\s]*(\S+)?\s*(.*)$/

/** 补承运商 SO261122000017 安能 18 → the order and the words behind it; undefined for other lines. */
export function carrierSaid(text: string): { readonly order?: string; readonly rest: string } | undefined {
  const found = said.exec(text.normalize('NFKC').trim())
  if (found === null) return undefined
  const [, order, rest = ''] = found
  return { rest: rest.trim(), ...(order !== undefined && { order }) }
}

/** 安能 18元 → name and yuan as typed, each when it is there. */
export function nameAndFreight(text: string): { readonly name?: string; readonly yuan?: string } {
  const words = text
    .normalize('NFKC')
    .replace(/[,，;；]/g, ' ')
    .trim()
  const [, name = '', yuan] = /^(.*?)\s*(?:运费|预估运费)?\s*[¥￥]?(\d+(?:\.\d+)?)?\s*元?$/.exec(words) ?? []
  const tidy = name.replace(/\s+/g, '')
  return { ...(tidy !== '' && { name: [...tidy].slice(0, 20).join('') }), ...(yuan !== undefined && { yuan }) }
}
