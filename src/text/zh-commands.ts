import type { Phrase } from './answers.ts'
import { returnWording } from './return-wording.ts'
import { methodText, payMethodCode } from './zh-refunds.ts'

/** Words of what the desk tells other systems and people outside: the customer's notice, the warehouse's to-do, IT's card. */

/** yyyy-MM-dd → 11月24日: read on another day, 明天 would be wrong. */
const dayWords = (day: string): string => `${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`

export const customerWords = {
  payMethod: (refundMethod: string | undefined, paidBy: string | undefined) =>
    payMethodCode(methodText(refundMethod, paidBy)),
  approved: (orderNo: string, days: { readonly from: string; readonly until: string } | undefined) =>
    returnWording.before.goods(
      orderNo.slice(-4),
      days && returnWording.range(dayWords(days.from), dayWords(days.until)),
    ),
  reversed: (orderNo: string) =>
    `您好，您的订单（尾号${orderNo.slice(-4)}）的退货申请需要重新核对，请先不要寄出商品，我们会尽快联系您。`,
} as const

const systems: Readonly<Record<string, string>> = { wms: 'WMS', crm: 'CRM', erp: 'ERP', customs: '海关', todo: '' }

/** By the closed list of hub/commands.ts. */
const names: Readonly<Record<string, string>> = {
  'wms.expect_return': '待收货',
  'wms.cancel_expected': '取消待收货',
  'wms.pick': '拣货任务',
  'crm.notice': '客户通知',
  'crm.field': '客户字段',
  'crm.service_record': '服务记录',
  'erp.receivable': '应收更新',
  'erp.gift_freeze': '赠品冻结',
  'erp.gift_release': '赠品释放',
  'customs.predeclare': '预申报',
  'todo.open': '入库待办',
  'todo.close': '关闭待办',
}

/** WMS待收货 */
export const commandName = (name: string): string =>
  `${systems[name.slice(0, name.indexOf('.'))] ?? ''}${names[name] ?? name}`

/** Local stand-ins and the places of to-dos; anything else is called as it was configured. */
const targets: Readonly<Record<string, string>> = {
  hub: '本机（未接外部系统）',
  none: '没有接系统',
  dingtalk: '钉钉',
  chat: '聊天消息',
}

const states = { held: '等待发出', sent: '发送中', done: '已送达', failed: '未送达', withdrawn: '已收回' } as const

const numberOf = (subject: string): string => subject.slice(subject.indexOf(':') + 1)

export const commandTexts = {
  failed: (name: string, tries: number): Phrase => ({ head: `${commandName(name)}${tries}次未送达` }),
  replayed: (name: string): Phrase => ({ head: `${commandName(name)}已重试` }),
  labels: { object: '单号', target: '系统', reason: '原因', since: '发出', by: '经办', result: '结果' },
  target: (name: string) => (Object.hasOwn(targets, name) ? targets[name] : undefined) ?? name,
  state: (state: keyof typeof states) => states[state],
  by: (who: string, at: string) => `${who} ${at}`,
  you: '您',
  waits: '正在发送，成功后会告诉您',
  retry: '重试',
  see: '看这一单',
  saySee: (number: string) => `${number} 审批到哪一步`,
  toast: '已重试',
  wentThrough: (name: string, subject: string) => `${commandName(name)}已送达（${numberOf(subject)}）。`,
  already: (name: string, who: string, at: string) => `${commandName(name)}已由${who} ${at} 重试，无需重复。`,
  done: (name: string, at: string) => `${commandName(name)}${at} 已送达，无需重试。`,
  gone: '这条指令的内容已过保存期，不能重试。请在对方系统里手工处理。',
  forbidden: '重试指令需要「IT」权限，已记录，没有重试。',
  /** One line of the ledger: 10:08 WMS待收货 已送达 */
  line: (name: string, state: keyof typeof states) => `${commandName(name)} ${states[state]}`,
} as const

/** 1分40秒 is said as 1:40, as on the button. */
/** 撤销 TH2611220015 · TH2611220015 撤销审批: the return whose decision is to be taken back. */
export function undoSaid(text: string): string | undefined {
  const id = '(TH\\d{6,14})'
  const word = '(?:撤销|撤回)(?:审批|通过|同意|决定)?'
  const found = new RegExp(`^(?:${word}\\s*${id}|${id}\\s*(?:的)?${word})[。.！!]*$`, 'i').exec(text.trim())
  return (found?.[1] ?? found?.[2])?.toUpperCase()
}

export const undoTexts = {
  undone: '已撤销，重新等您处理',
  open: '这一级还在等处理，没有要撤销的决定。',
  notYours: '只有做决定的本人能撤销，已记录，没有改动。',
  late: (at: string) => `${at}的决定已过2分钟，不能直接撤销。`,
  lateOpen: (at: string) => `${at}的决定已过2分钟，不能撤销。如需改判请联系下一级驳回。`,
  elsewhere: (returnId: string) => `货或面单已登记到 ${returnId}，不能撤销驳回。`,
  movedOn: (who: string | undefined) => `${who ?? '下一级'}已接着处理，不能撤销。`,
  sent: '已通知仓库和客户，不能直接撤销。',
  moneyGone: '退款已放行，不能撤销。',
  /** Said when a reversal is offered. */
  ask: '需要撤回审批时，请选原因，由主管或总监确认。',
} as const

/** Why an approval is turned back; their order is part of tokens, so new ones go to the end. */
export const reversalReasons = ['商品不符', '面单不符', '客户取消退货', '点错了'] as const

export const reversalTexts = {
  choose: (returnId: string): Phrase => ({ head: '撤回审批的原因？', body: returnId }),
  chosen: '已提交',
  asked: (returnId: string): Phrase => ({ head: '已申请撤回审批：', body: returnId }),
  wanted: (returnId: string): Phrase => ({ head: '撤回审批待确认：', body: returnId }),
  approved: (returnId: string): Phrase => ({ head: '审批已撤回：', body: returnId }),
  refused: (returnId: string): Phrase => ({ head: '不撤回，维持通过：', body: returnId }),
  labels: { by: '申请', reason: '原因', amount: '金额', effect: '影响', done: '经办', told: '等待' },
  effect: '取消待收货，客户另发通知，待办关闭',
  unchanged: '没有改动，照常收货',
  yes: '确认撤回',
  no: '不撤回',
  see: '看退货单',
  by: (who: string, at: string) => `${who} ${at}`,
  nobody: '没有能联系上的主管或总监',
  and: '、',
  you: '您',
  stands: (who: string, at: string) => `${who} ${at} 已申请撤回，等主管或总监确认。`,
  already: (who: string, at: string, approved: boolean) =>
    `已由${who} ${at} ${approved ? '确认撤回' : '决定不撤回'}，无需重复。`,
  gone: '这张退货单不在已通过状态，没有可撤回的审批。',
  carriedOut: '货已入仓或款已放行，不能撤回审批。差异请走验货核实或财务处理。',
  askForbidden: '只有审批过这张退货单的人能申请撤回，已记录，没有改动。',
  forbidden: '确认撤回需要「运营主管」或「总监」，且不能是申请人。已记录，没有改动。',
  toast: '已处理',
} as const

export const todoTexts = {
  /** 退货入库 TH2611220015 */
  title: (returnId: string) => `退货入库 ${returnId}`,
  open: (returnId: string): Phrase => ({ head: '待办·退货入库：', body: returnId }),
  closed: (returnId: string): Phrase => ({ head: '待办已关：', body: returnId }),
  labels: { goods: '商品', order: '订单', parcel: '快递', how: '登记' },
  how: '到货后扫码，或发单号',
  receive: '登记入库',
  done: '货已处理，不用再管',
  unknownParcel: '还没有运单',
} as const
