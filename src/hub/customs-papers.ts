import { z } from 'zod'
import { BadPayload } from '../runtime/errors.ts'

// The papers of a cross-border order (三单): what the shop, the payment firm and the carrier say of it, and the list that is declared.

const yuan = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,2})?$/, 'must be yuan with at most two decimals, as text')
  .transform((text) => {
    const [whole = '0', cents = ''] = text.split('.')
    return BigInt(whole) * 100n + BigInt(cents.padEnd(2, '0'))
  })
const word = z.string().trim().min(1).max(200)
const person = { name: word, idNumber: z.string().trim().min(1).max(30) }
const receiver = z.strictObject({ name: word, phone: word, address: word })
const line = z.strictObject({ sku: word, qty: z.int().min(1).max(100_000), price: yuan })

const form = z.strictObject({
  channel: word,
  orderNo: word,
  /** 1210 bonded · 9610 direct. */
  mode: z.enum(['1210', '9610']),
  goods: yuan,
  freight: yuan,
  tax: yuan,
  discount: yuan,
  paid: yuan,
  buyer: z.strictObject({ ...person, regNo: word, phone: word }),
  consignee: receiver,
  payment: z.strictObject({
    orderNo: word,
    payCode: word,
    payName: word,
    transactionId: word,
    amount: yuan,
    payer: z.strictObject(person),
  }),
  waybill: z.strictObject({ orderNo: word, logisticsCode: word, logisticsNo: word, consignee: receiver }).optional(),
  list: z
    .strictObject({
      ebpCode: word.optional(),
      ebcCode: word.optional(),
      buyerIdNumber: word,
      lines: z.array(line).min(1),
    })
    .optional(),
  lines: z.array(line).min(1).max(99),
  /** Payment's own request and answer as they were: customs may ask for them (announcement 179 of 2018). */
  rawPayment: z.strictObject({ request: z.string().max(20_000), response: z.string().max(20_000) }).optional(),
})

/** Amounts in fen. */
export type CustomsPapers = z.infer<typeof form>
/** As given and as stored: amounts in yuan as text. */
export type GivenPapers = z.input<typeof form>

/** Reads one order's papers. Throws BadPayload with what is missing, without a value. */
export function readPapers(given: unknown): CustomsPapers {
  const read = form.safeParse(given)
  if (!read.success) throw new BadPayload(z.prettifyError(read.error))
  return read.data
}

export type CustomsGood = {
  readonly sku: string
  readonly itemName: string
  readonly model: string
  readonly hsCode: string
  /** Customs' code of three digits, as is `country`. */
  readonly unit: string
  readonly country: string
}

export type CustomsLimits = {
  readonly singleFen: bigint
  readonly yearlyFen: bigint
  /** Parties of the declarations: the list must name the same. */
  readonly ebpCode?: string
  readonly ebcCode?: string
}

/** What forbids to declare. `field` names the place in the papers or a SKU, never a value of a person. */
export type CustomsProblem = { readonly code: ProblemCode; readonly field?: string }
export type ProblemCode =
  | 'payment-order'
  | 'payment-amount'
  | 'payer'
  | 'sum-paid'
  | 'sum-goods'
  | 'order-amount'
  | 'waybill-order'
  | 'waybill-consignee'
  | 'list-lines'
  | 'list-party'
  | 'list-buyer'
  | 'id-number'
  | 'single-limit'
  | 'yearly-limit'
  | 'goods-unknown'
  | 'goods-codes'

export type CustomsState = 'blocked' | 'given' | 'rejected' | 'accepted' | 'released'

export type CustomsFacts = {
  readonly state: CustomsState
  /** 预录入编号, once the declarant's side has given one. */
  readonly preNo?: string
  readonly problems: readonly CustomsProblem[]
}

/** Order, payment, waybill and list must agree; the same that customs compares, so that it refuses nothing we let through. */
export function checkPapers(
  papers: CustomsPapers,
  hub: { readonly orderNo: string; readonly paidFen?: bigint; readonly goods: ReadonlyMap<string, CustomsGood> },
  {
    spentFen,
    ...limits
  }: CustomsLimits & { /** Declared for this buyer this year besides. */ readonly spentFen: bigint },
): readonly CustomsProblem[] {
  const { payment, buyer, waybill, list } = papers
  const told: [boolean, ProblemCode, string?][] = [
    [payment.orderNo !== papers.orderNo || papers.orderNo !== hub.orderNo, 'payment-order'],
    [payment.amount !== papers.paid, 'payment-amount'],
    [payment.payer.name !== buyer.name || !sameId(payment.payer.idNumber, buyer.idNumber), 'payer'],
    [papers.paid !== papers.goods + papers.freight + papers.tax - papers.discount, 'sum-paid'],
    [papers.lines.reduce((sum, { price, qty }) => sum + price * BigInt(qty), 0n) !== papers.goods, 'sum-goods'],
    [hub.paidFen !== undefined && hub.paidFen !== papers.paid, 'order-amount'],
    [waybill !== undefined && waybill.orderNo !== papers.orderNo, 'waybill-order'],
    [waybill !== undefined && !sameReceiver(waybill.consignee, papers.consignee), 'waybill-consignee'],
    [list !== undefined && linesKey(list.lines) !== linesKey(papers.lines), 'list-lines'],
    [differs(list?.ebpCode, limits.ebpCode) || differs(list?.ebcCode, limits.ebcCode), 'list-party'],
    [list !== undefined && !sameId(list.buyerIdNumber, buyer.idNumber), 'list-buyer'],
    [!isIdNumber(buyer.idNumber), 'id-number'],
    [papers.paid - papers.tax > limits.singleFen, 'single-limit'],
    [spentFen + papers.paid - papers.tax > limits.yearlyFen, 'yearly-limit'],
    ...[...new Set(papers.lines.map(({ sku }) => sku))].flatMap((sku): [boolean, ProblemCode, string][] => {
      const good = hub.goods.get(sku)
      return [
        [good === undefined, 'goods-unknown', sku],
        [good !== undefined && !hasCodes(good), 'goods-codes', sku],
      ]
    }),
  ]
  return told.flatMap(([wrong, code, field]) => (wrong ? [{ code, ...(field !== undefined && { field }) }] : []))
}

const differs = (one: string | undefined, other: string | undefined) =>
  one !== undefined && other !== undefined && one !== other
const sameId = (one: string, other: string) => one.toUpperCase() === other.toUpperCase()

function sameReceiver(one: z.infer<typeof receiver>, other: z.infer<typeof receiver>): boolean {
  return one.name === other.name && one.phone === other.phone && one.address === other.address
}

function linesKey(lines: CustomsPapers['lines']): string {
  return lines
    .map(({ sku, qty, price }) => `${sku}\u0000${qty}\u0000${price}`)
    .sort()
    .join('\n')
}

/** HS number of ten digits; units and countries are numbers of three. */
function hasCodes({ hsCode, unit, country }: CustomsGood): boolean {
  return /^\d{10}$/.test(hsCode) && /^\d{3}$/.test(unit) && /^\d{3}$/.test(country)
}

const idWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** Resident identity number of 18 places with its check digit (GB 11643-1999, ISO 7064 MOD 11-2). */
export function isIdNumber(text: string): boolean {
  if (!/^\d{17}[\dXx]$/.test(text)) return false
  const sum = idWeights.reduce((total, weight, at) => total + weight * Number(text[at]), 0)
  return '10X98765432'[sum % 11] === text[17]?.toUpperCase()
}
