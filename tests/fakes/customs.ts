import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'

type Node = Readonly<Record<string, string>>
type Order = { readonly OrderHead: Node; readonly OrderList: readonly Node[] }

const must = [
  'guid',
  'appType',
  'appTime',
  'orderNo',
  'ebpCode',
  'ebcCode',
  'acturalPaid',
  'buyerIdNumber',
  'payTransactionId',
  'consignee',
]
const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: true,
  parseTagValue: false,
  isArray: (name) => name === 'OrderList',
})

/** The declarant's client and the single window behind it: takes what stands in `out`, refuses what customs refuses, answers into `in`. */
export async function fakeDeclarant(folder: string) {
  const seen = new Set<string>()
  let answers = 0
  await mkdir(join(folder, 'in'), { recursive: true })
  await mkdir(join(folder, 'out'), { recursive: true })
  const put = (text: string) => writeFile(join(folder, 'in', `R${String(++answers).padStart(4, '0')}.xml`), text)

  return {
    put,
    /** Looks once; returns the orders it took. */
    look: async (time: string): Promise<readonly Order[]> => {
      const orders: Order[] = []
      for (const file of (await readdir(join(folder, 'out'))).sort()) {
        if (seen.has(file) || !file.endsWith('.xml')) continue
        seen.add(file)
        const text = await readFile(join(folder, 'out', file), 'utf8')
        if (XMLValidator.validate(text) !== true) throw new Error(`the client stops at ${file}`)
        const order = parser.parse(text).CEB311Message.Order as Order
        orders.push(order)
        const fault = faultOf(order)
        const { guid = '', orderNo = '' } = order.OrderHead
        const status = fault === undefined ? '3' : '100'
        await put(
          answer('CEB312Message', 'OrderReturn', {
            guid,
            orderNo,
            returnStatus: status,
            returnTime: time,
            returnInfo: fault ?? '处理成功',
          }),
        )
      }
      return orders
    },
    listAnswer: (fields: Node) => put(answer('CEB622Message', 'InventoryReturn', fields)),
  }
}

function answer(message: string, part: string, fields: Node): string {
  const inner = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`)
  return `<?xml version="1.0" encoding="UTF-8"?><${message} xmlns="http://www.chinaport.gov.cn/ceb" guid="X" version="1.0"><${part}>${inner.join('')}</${part}></${message}>`
}

/** What customs refuses an order for. */
function faultOf({ OrderHead: head, OrderList: lines }: Order): string | undefined {
  const missing = must.find((name) => (head[name] ?? '') === '')
  if (missing !== undefined) return `${missing}为空`
  if (!/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/.test(head.guid ?? '')) return 'guid格式错误'
  const fen = (text: string | undefined) => Math.round(Number(text) * 100)
  const total = lines.reduce((sum, line) => sum + fen(line.totalPrice), 0)
  if (total !== fen(head.goodsValue)) return '商品总价与货款不符'
  if (fen(head.acturalPaid) !== fen(head.goodsValue) + fen(head.freight) + fen(head.taxTotal) - fen(head.discount))
    return '实付金额不平'
  if (lines.some((line, index) => line.gnum !== String(index + 1) || !/^\d{3}$/.test(line.unit ?? '')))
    return '表体错误'
  return undefined
}
