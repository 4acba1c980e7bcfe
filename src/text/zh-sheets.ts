import { fieldLabel } from './sheet-columns.ts'

/** What the desk says about imported sheets. Takes codes and numbers, returns words. */

const number = new Intl.NumberFormat('en-US')

const problemWords: Readonly<Record<string, string>> = {
  phone_short: '手机号位数不够',
  phone_long: '手机号位数多了',
  phone_unreadable: '手机号不识别',
  date_unreadable: '日期不识别',
  date_missing: '缺下单时间',
  date_future: '日期在未来',
  amount_unreadable: '金额不识别',
  qty_unreadable: '数量不是正整数',
  qty_missing: '缺数量',
  order_no_missing: '缺订单号',
  order_no_several: '一格里有几个订单号',
  number_lost: '长号码被表格变成科学计数，末位已丢失',
  name_missing: '缺商品',
  channel_unknown: '看不出是哪家店',
  text_too_long: '内容太长',
  contradiction: '与同一时间的另一份内容不一致',
  refused: '内容不合规则',
}

/** One problem in words: "C18 手机号少1位". `by` counts the digits that are missing or too many. */
export function problemText(problem: {
  readonly cell: string
  readonly problem: string
  readonly by?: number
}): string {
  const { cell, by } = problem
  if (problem.problem === 'phone_short' && by !== undefined) return `${cell} 手机号少${by}位`
  if (problem.problem === 'phone_long' && by !== undefined) return `${cell} 手机号多${by}位`
  return `${cell} ${problemWords[problem.problem] ?? '内容不识别'}`
}

type Counts = { readonly rows: number; readonly taken: number; readonly repeated: number; readonly failed: number }

/** "1,204行：成功1,197" · "，重复0" · "，错误7": the middle may be left out where room is short. */
export function countsParts({ rows, taken, repeated, failed }: Counts): {
  readonly head: string
  readonly body: string
  readonly tail: string
} {
  return {
    head: `${number.format(rows)}行：成功${number.format(taken)}`,
    body: `，重复${number.format(repeated)}`,
    tail: `，错误${number.format(failed)}`,
  }
}

const quarantineWords: Readonly<Record<string, string>> = {
  carrier_missing: '没选快递',
  carrier_name_missing: '选了其他快递但没写名称',
  carrier_freight_missing: '其他快递缺预估运费',
}

/** Why an order is held back, from the hub's code; words of a source stay as they are. */
export function quarantineText(reason: string): string {
  return quarantineWords[reason] ?? reason
}

/** "JXS07-20261121-0012 没选快递" */
export function heldText(order: { readonly orderNo: string; readonly reason: string }): string {
  return `${order.orderNo} ${quarantineWords[order.reason] ?? '已暂存'}`
}

const refusals: Readonly<Record<string, string>> = {
  empty: '表里没有内容。请确认导出时选对了范围，再发一次。',
  too_big: '文件超过10MB。请按日期分成几份再发。',
  too_many_rows: '超过50,000行。请按日期分成几份再发。',
  not_a_sheet: '这不是表格文件。请发 xlsx、xls 或 csv。',
  password: '表格有打开密码。请去掉密码后另存再发。',
  damaged: '文件打不开，可能没传完或已损坏。请重新导出再发。',
  bomb: '文件解压后过大，没有打开。请用表格软件另存为 xlsx 或 csv 再发。',
  too_slow: '文件太复杂,30秒内没读完。请另存为 csv 再发。',
  locked: '文件被占用或没有读取权限。放开后会自动导入，不用再放一次。',
  no_header: '前10行里没找到表头(如 订单号、商品编码、数量)。请保留导出时的表头行再发。',
}

export const sheetTexts = {
  received: (fileName: string) => `收到 ${fileName}，正在导入。好了会在这里告诉您。`,
  notASheet: (fileName: string) => `${fileName} 不是表格。导入订单请发 xlsx、xls 或 csv;查单请直接发单号。`,
  unchanged: (at: string) => `与${at}的文件相同，无变化`,
  refused: (fileName: string, problem: string) => `${fileName} 没有导入：${refusals[problem] ?? refusals.damaged}`,
  unreachable: (fileName: string) => `${fileName} 没取到，请再发一次。`,
  needsColumns: (fields: readonly string[], headers: readonly string[]) =>
    [
      `没有导入：看不出哪一列是${fields.map(fieldLabel).join('、')}。`,
      `表头有：${headers
        .filter((header) => header !== '')
        .slice(0, 20)
        .join('、')}`,
      `请把列名改成${fields.map(fieldLabel).join('、')}再发；或请IT运行 import 文件 --map ${fields.map((field) => `${fieldLabel(field)}=列名`).join(' --map ')}，只需一次。`,
    ].join('\n'),
  file: '文件',
  orders: '订单',
  ordersValue: (created: number, updated: number) => `新增${number.format(created)}，更新${number.format(updated)}`,
  held: '暂存',
  heldValue: (count: number) => `${number.format(count)}单待补快递`,
  moreProblems: (count: number) => `…另有${number.format(count)}处`,
  moreHeld: (count: number) => `…另有${number.format(count)}单`,
  heldBar: (count: number) => `${number.format(count)}单没选快递，已暂存不发货`,
  howToFix: '改好后整份再发即可：没变的行不会重复。到店自提请在快递公司写「到店自提」。',
  howToFixRows: '改好后整份再发即可：没变的行不会重复。',
  problems: '错误行',
  problemHeader: '问题',
} as const
