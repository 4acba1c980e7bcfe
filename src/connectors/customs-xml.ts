import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { CustomsAnswer } from '../hub/customs-port.ts'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'

// Messages of the single window for cross-border imports (CEB311Message out; CEB312, CEB412, CEB512, CEB622 back). Field names as in
// customs' announcement 2018-165, its spelling mistakes included. Seen 2026-11-22.

/** Who declares; from connectors.json. */
export type Parties = {
  readonly ebpCode: string
  readonly ebpName: string
  readonly ebcCode: string
  readonly ebcName: string
  readonly dxpId: string
  readonly copCode: string
  readonly copName: string
}

const currency = '142'

/** The order's message of one declaration as the hub gave it (amounts fen as text). Throws BadPayload when it holds something else. */
export function orderMessage(document: Json, parties: Parties): string {
  const papers = jsonAt(document, 'papers')
  const need = (...path: string[]) => {
    const found = jsonText(papers, ...path)
    if (found === undefined) throw new BadPayload(`a declaration without ${path.join('.')}`)
    return found
  }
  const yuan = (...path: string[]) => yuanText(need(...path))
  const head: Fields = [
    ['guid', (jsonText(document, 'guid') ?? '').toUpperCase()],
    ['appType', jsonText(document, 'appType') ?? '1'],
    ['appTime', stamp(Number(jsonAt(document, 'atMs')))],
    ['appStatus', '2'],
    ['orderType', 'I'],
    ['orderNo', need('orderNo')],
    ['ebpCode', parties.ebpCode],
    ['ebpName', parties.ebpName],
    ['ebcCode', parties.ebcCode],
    ['ebcName', parties.ebcName],
    ['goodsValue', yuan('goods')],
    ['freight', yuan('freight')],
    ['discount', yuan('discount')],
    ['taxTotal', yuan('tax')],
    ['acturalPaid', yuan('paid')],
    ['currency', currency],
    ['buyerRegNo', need('buyer', 'regNo')],
    ['buyerName', need('buyer', 'name')],
    ['buyerTelephone', need('buyer', 'phone')],
    ['buyerIdType', '1'],
    ['buyerIdNumber', need('buyer', 'idNumber')],
    ['payCode', need('payment', 'payCode')],
    ['payName', need('payment', 'payName')],
    ['payTransactionId', need('payment', 'transactionId')],
    ['consignee', need('consignee', 'name')],
    ['consigneeTelephone', need('consignee', 'phone')],
    ['consigneeAddress', need('consignee', 'address')],
  ]
  const transfer: Fields = [
    ['copCode', parties.copCode],
    ['copName', parties.copName],
    ['dxpMode', 'DXP'],
    ['dxpId', parties.dxpId],
  ]
  const guid = head[0]?.[1] ?? ''
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<ceb:CEB311Message guid="${guid}" version="1.0" xmlns:ceb="http://www.chinaport.gov.cn/ceb">\n` +
    `  <ceb:Order>\n    <ceb:OrderHead>\n${written(head, 6)}    </ceb:OrderHead>\n${lines(document)}  </ceb:Order>\n` +
    `  <ceb:BaseTransfer>\n${written(transfer, 4)}  </ceb:BaseTransfer>\n</ceb:CEB311Message>\n`
  )
}

type Fields = readonly (readonly [name: string, value: string])[]

function lines(document: Json): string {
  const goods = listOf(jsonAt(document, 'goods'))
  return listOf(jsonAt(document, 'papers', 'lines'))
    .map((line, index) => {
      const sku = jsonText(line, 'sku')
      const good = goods.find((one) => jsonText(one, 'sku') === sku)
      const [qty, price] = [jsonText(line, 'qty') ?? '', jsonText(line, 'price') ?? '']
      if (good === undefined || sku === undefined || !/^\d+$/.test(qty) || !/^\d+$/.test(price))
        throw new BadPayload(`line ${index + 1} of a declaration cannot be read`)
      const fields: Fields = [
        ['gnum', String(index + 1)],
        ['itemNo', sku],
        ['itemName', jsonText(good, 'itemName') ?? ''],
        ['gmodel', jsonText(good, 'model') ?? ''],
        ['unit', jsonText(good, 'unit') ?? ''],
        ['qty', qty],
        ['price', yuanText(price)],
        ['totalPrice', yuanText(String(BigInt(price) * BigInt(qty)))],
        ['currency', currency],
        ['country', jsonText(good, 'country') ?? ''],
      ]
      return `    <ceb:OrderList>\n${written(fields, 6)}    </ceb:OrderList>\n`
    })
    .join('')
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

function written(fields: Fields, indent: number): string {
  return fields.map(([name, value]) => `${' '.repeat(indent)}<ceb:${name}>${escaped(value)}</ceb:${name}>\n`).join('')
}

/** Signs that XML 1.0 does not know are left out: a document with one of them is refused whole. */
function escaped(text: string): string {
  const known = [...text].filter((sign) => '\t\n\r'.includes(sign) || isXmlSign(sign.codePointAt(0) ?? 0)).join('')
  return known.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

const isXmlSign = (code: number): boolean =>
  code >= 0x20 && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff

function yuanText(fen: string): string {
  const padded = fen.padStart(3, '0')
  return `${padded.slice(0, -2)}.${padded.slice(-2)}`
}

/** yyyyMMddHHmmss, Beijing. */
function stamp(atMs: number): string {
  return new Date(atMs + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14)
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  removeNSPrefix: true,
  processEntities: false,
  isArray: (name) => name.endsWith('Return'),
})

const kinds: Readonly<Record<string, CustomsAnswer['kind']>> = {
  OrderReturn: '312',
  PaymentReturn: '412',
  LogisticsReturn: '512',
  InventoryReturn: '622',
}

/**
 * returnStatus: 1 stored, 2 declared, 3 accepted by the single window, 4 and 100 refused, 120 in customs' hands, 300 to a person, 399 checked,
 * 500 inspected, 700 to be shown, 800 released, 899 closed; negative numbers are faults of the message [only the signs and 800 are sure].
 */
const verdicts: Readonly<Record<string, CustomsAnswer['verdict']>> = {
  '1': 'pending',
  '2': 'pending',
  '3': 'accepted',
  '4': 'rejected',
  '100': 'rejected',
  '120': 'accepted',
  '399': 'accepted',
  '800': 'released',
  '899': 'released',
}

/** The answers in one file. Throws BadPayload for what is no message of these; an unknown code is pending, and kept. */
export function readAnswers(xml: string): readonly CustomsAnswer[] {
  if (/<!DOCTYPE|<!ENTITY/i.test(xml) || XMLValidator.validate(xml) !== true)
    throw new BadPayload('an answer is no XML')
  const root = Object.values(parser.parse(xml) as Record<string, unknown>).find(
    (one) => typeof one === 'object' && one !== null,
  )
  if (root === undefined) throw new BadPayload('an answer holds nothing')
  return Object.entries(root as Record<string, unknown>).flatMap(([name, all]) => {
    const kind = kinds[name]
    return kind === undefined || !Array.isArray(all) ? [] : all.flatMap((one) => answerOf(kind, one) ?? [])
  })
}

function answerOf(kind: CustomsAnswer['kind'], told: unknown): CustomsAnswer | undefined {
  const text = (name: string) => jsonText(told as Json, name)
  const [orderNo, code, time] = [text('orderNo'), text('returnStatus'), text('returnTime')]
  const atMs = timeOf(time ?? '')
  if (orderNo === undefined || code === undefined || Number.isNaN(atMs)) return undefined
  const verdict = code.startsWith('-') ? 'rejected' : (verdicts[code] ?? 'pending')
  const [guid, words, preNo, listNo] = [text('guid'), text('returnInfo'), text('preNo'), text('invtNo')]
  return {
    kind,
    orderNo,
    verdict,
    code,
    atMs,
    ...(guid !== undefined && { guid: guid.toUpperCase() }),
    ...(words !== undefined && { words: words.slice(0, 200) }),
    ...(preNo !== undefined && { preNo }),
    ...(listNo !== undefined && { listNo }),
  }
}

/** yyyyMMddHHmmss with or without milliseconds, Beijing; NaN for anything else. */
function timeOf(text: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\d{3})?$/.exec(text) ?? []
  return y === undefined ? Number.NaN : Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}+08:00`)
}
