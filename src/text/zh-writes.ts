import type { Phrase } from './answers.ts'

/** What the desk says about changes: shown first, confirmed once, done or refused with the rule and what to do instead. */

const zoneMs = 8 * 3_600_000

/** 10:06:11 in China; two taps of one second are told apart by nothing else. */
export function secondsText(atMs: number): string {
  return new Date(atMs + zoneMs).toISOString().slice(11, 19)
}

/** The deed in the words of previews and refusals. */
const deeds: Readonly<Record<string, string>> = {
  'order.cancel': '取消订单',
  'order.edit_waybill': '改物流单号',
  'order.mark_signer': '标记签收人',
  'return.add_note': '补充说明',
  'return.create': '登记退货',
  'return.receive': '登记入库',
  'logistics.call_carrier': '外呼快递',
  'approval.decide': '审批',
  'approval.delegate': '转交审批',
  'approval.snooze': '稍后提醒',
  'flow.edit': '改审批流程',
}

export const deedName = (kind: string): string => deeds[kind] ?? kind

export const writeLabels = {
  now: '现在',
  was: '原来',
  to: '改成',
  add: '加上',
  effect: '影响',
  times: '次数',
  reason: '原因',
  photo: '照片',
  amount: '金额',
  parcel: '快递',
  last: '最近',
  due: '时限',
  by: '经办',
  number: '编号',
  held: '卡在',
  since: '从',
  urged: '催办',
} as const

export const writeButtons = {
  confirm: '确认',
  cancel: '取消',
  urge: '催办',
  approve: '通过',
  reject: '驳回',
  other: '其他',
  call: '外呼快递',
  isCarrier: (carrier: string) => `是${carrier}`,
  parcel: (tail: string) => `…${tail}`,
} as const

/** What is typed for the same effect where buttons cannot call back. */
export const writeSayings = {
  confirm: '确认',
  cancel: '取消',
  cancelOrder: (order: string, reason: string) => `取消 ${order} ${reason}`,
  markSigner: (order: string, kind: string, who: string) => `${order} ${who}签的 标${kind}`,
  edit: (oldNo: string, newNo: string) => `${oldNo}的运单改成${newNo}`,
  editAs: (order: string, newNo: string, carrier: string) => `${order}的运单改成${carrier}${newNo}`,
  call: (number: string) => `${number} 外呼快递`,
  decide: (returnId: string, approve: boolean, reason: string) =>
    `${returnId} ${approve ? '通过' : '驳回'}${reason === '' ? '' : ` ${reason}`}`,
  urge: (number: string) => `催一下 ${number}`,
} as const

export const offeredReasons = {
  cancel: ['客户不想要了', '重复下单', '地址填错', '缺货'],
  reject: ['超过退货期', '面单不符', '影响二次销售', '凭证不清楚'],
  deputy: ['审批人不在', '即将超时'],
} as const

export const offeredSigners: readonly string[] = ['物业', '门卫', '邻居', '家人', '快递柜']

export const signerKinds = { agent: '代收', other: '他人签收' } as const

/** 物业代收 · 邻居签收（他人） */
export const signerText = (kind: string | undefined, signer: string): string => {
  if (kind === 'agent') return `${signer}代收`
  return kind === 'other' ? `${signer}签收（他人）` : `${signer}签收`
}

export const previewTexts = {
  title: (deed: string, object: string): Phrase => ({ head: `请确认：${deed}`, body: `·${object}` }),
  changedBar: '情况变了，请再看一遍再确认',
  was: (label: string, value: string) => `刚才${label}：${value}`,
  expires: (minutes: number) => `${minutes}分钟内有效`,
  orderTail: (channel: string, tail: string) => `${channel}…${tail}`,
  cancel: {
    to: '已取消',
    effect: '通知仓库不再拣货；渠道后台另行关闭',
    askTo: '先问仓库能不能拦下',
    askEffect: '已开始拣货，订单暂不改动',
    picking: (at: string) => `${at}已开始拣货`,
    paid: (stage: string, amount: string | undefined) => (amount === undefined ? stage : `${stage}，实付${amount}`),
  },
  edit: {
    effect: '物流记录按新单号重新查',
    times: (nth: number, most: number) => `第${nth}次，最多${most}次`,
  },
  signer: {
    none: '没有签收人',
    photos: (count: number) => `${count}张，确认后保存`,
    effect: '以后的回答都按这个说',
  },
  note: {
    none: '还没有说明',
    have: (notes: number, pictures: number) => `${notes}条说明，${pictures}张图片`,
    onlyPictures: '只加图片',
    pictures: (count: number, most: number) => `${count}张，共不超过${most}张`,
    effect: '审批和查询时都能看到',
  },
  call: {
    to: '开一张外呼单',
    effect: '交物流组，通知客服组长',
  },
  decide: {
    waiting: (level: string, holder: string | undefined) => `待${level}${holder === undefined ? '' : `·${holder}`}`,
    deputy: (text: string) => `${text}（代批）`,
    next: (level: string, hours: string) => `通过，转${level}（限${hours}）`,
    last: '通过，等买家寄回',
    rejected: '驳回，退货单关闭',
    effect: '决定后不能直接撤回',
  },
  decideDeed: { approve: '通过退货', reject: '驳回退货' },
} as const

export const doneTexts = {
  by: (at: string) => `您 ${at}`,
  toast: '已确认',
  dropped: '已取消这次操作，没有改动任何数据。',
  droppedTitle: { head: '已放弃，没有改动' } as Phrase,
  cancelled: (object: string): Phrase => ({ head: '已取消订单', body: `·${object}` }),
  passedOn: (object: string): Phrase => ({ head: '已转仓库确认', body: `·${object}` }),
  passedOnLine: '订单还没有取消，仓库回复后再告诉客户',
  cancelledLine: '渠道后台的关闭和退款请在渠道办理',
  edited: (object: string): Phrase => ({ head: '已改物流单号', body: `·${object}` }),
  marked: (object: string): Phrase => ({ head: '已标记签收人', body: `·${object}` }),
  noted: (object: string): Phrase => ({ head: '已补充说明', body: `·${object}` }),
  called: (id: string): Phrase => ({ head: '已开外呼单', body: ` ${id}` }),
  approved: (object: string): Phrase => ({ head: '已同意', body: `·${object}` }),
  rejected: (object: string): Phrase => ({ head: '已驳回', body: `·${object}` }),
  told: (names: readonly string[]) => `已通知${names.join('、')}`,
  nobodyTold: '没有能通知到的人，请当面说一声',
  finished: '三级已过，等买家寄回',
} as const

/** Why a tap had no effect. */
export const spentTexts = {
  confirmed: (at: string) => `已由您 ${at} 确认，无需重复。`,
  cancelled: (at: string) => `您 ${at} 已放弃这次操作，没有改动。还要改请重新发一次。`,
  refused: (at: string) => `${at} 确认时没有办成，没有改动。还要改请重新发一次。`,
  expired: '这次确认超过10分钟已作废，没有改动。还要改请重新发一次。',
  notYours: '这一步只能由发起的人确认。已记录，没有改动。',
  unknown: '这次确认已经查不到了，没有改动。请重新发一次。',
  nothingOpen: '没有等您确认的操作。',
  typeReason: (example: string) => `请把原因写上再发一次，例如：${example}。`,
  otherReason: '客户改主意',
  otherSigner: '请发：订单号、谁签收的，例如「同事签的 标代收」。',
} as const

export const askTexts = {
  cancelReason: (object: string): Phrase => ({ head: '取消原因是什么？', body: object }),
  rejectReason: (object: string): Phrase => ({ head: '驳回原因是什么？', body: object }),
  deputyReason: (object: string): Phrase => ({ head: '代批原因是什么？', body: object }),
  noteText: { head: '要补充什么？' } as Phrase,
  noteHow: '请发文字，也可以带图片，最多9张',
  signer: (object: string): Phrase => ({ head: '是谁签收的？', body: object }),
  parcel: (count: number): Phrase => ({ head: `有${count}个包裹，是哪一个？` }),
  carrier: (number: string, carrier: string): Phrase => ({ head: `${number}`, body: `像${carrier}的单号` }),
  carrierLine: (carrier: string) => `这个包裹登记的是${carrier}，换快递了吗？没换请核对单号重发`,
  newNumber: '改成哪个单号？请发新的运单号。',
  whichReturn: (count: number): Phrase => ({ head: `${count}张退货单等您审批`, body: '，是哪一张？' }),
  noReturn: '没有等您审批的退货单。',
  decision: (object: string): Phrase => ({ head: '通过还是驳回？', body: object }),
  dueLine: (mark: string, returnId: string, left: string) => `${mark} ${returnId}${left === '' ? '' : `，${left}`}`,
  more: '还有更多，发「我的待办」看全部',
  nothing: '没有改动任何数据',
} as const

export const refusalTexts = {
  title: (deed: string, rule: string): Phrase => ({ head: `不能${deed}：`, body: rule }),
  gone: { rule: '查不到这一单', instead: '请核对单号后重发' },
  stage: {
    'order.cancel': {
      pending_payment: { rule: '还没有付款', instead: '不付款就不会发货，不用取消' },
      part_shipped: { rule: '已有包裹发出', instead: '未发的请找仓库拦；已发的可拒收，或签收后退货' },
      shipped: { rule: '已发货', instead: '可请快递拦截或让客户拒收，签收后可登记退货' },
      signed: { rule: '已签收', instead: '请登记退货：发单号和「要退货」' },
      returning: { rule: '正在退货', instead: '请看退货进度：发单号和「退到哪一步」' },
      returned: { rule: '已退货', instead: '这一单已经结束' },
      refunded: { rule: '已退款', instead: '这一单已经结束' },
      cancelled: { rule: '已经取消过', instead: '不用再取消' },
    },
    'order.edit_waybill': {
      pending_payment: { rule: '还没有发货', instead: '发货后有单号才能改' },
      paid: { rule: '还没有发货', instead: '仓库出库时会填单号' },
      on_hold: { rule: '暂停发货中', instead: '发货后有单号才能改' },
      quarantined: { rule: '还没有发货', instead: '先补承运商，再等仓库出库' },
      signed: { rule: '已签收', instead: '签收后单号不再改；确实错了请找运营主管' },
      returning: { rule: '正在退货', instead: '寄回的单号请发面单照片' },
      returned: { rule: '已退货', instead: '这一单已经结束' },
      refunded: { rule: '已退款', instead: '这一单已经结束' },
      cancelled: { rule: '已取消', instead: '这一单已经结束' },
    },
    'logistics.call_carrier': { signed: { rule: '快递已签收', instead: '没收到请发「没收到」，转客服核实' } },
  } as Readonly<Record<string, Readonly<Record<string, { readonly rule: string; readonly instead: string }>>>>,
  otherStage: { rule: '现在这一步不允许', instead: '请看订单状态' },
  wishStands: (by: string, at: string) => ({ rule: `${by} ${at}已问过仓库`, instead: '等仓库回复，不用重复提' }),
  editsUsed: (edits: number) => ({ rule: `已改${edits}次`, instead: '最多3次；再错请找运营总监和仓库核对' }),
  noNumber: { rule: '还没有运单号', instead: '发货后有单号才办得了' },
  sameNumber: { rule: '和现在的单号一样', instead: '没有要改的' },
  numberTaken: (channel: string, tail: string) => ({
    rule: `${channel}…${tail}在用这个单号`,
    instead: '请核对面单；要换请先改那一单',
  }),
  badNumber: (carrier: string) => ({ rule: `不像${carrier}的单号`, instead: '请核对面单，位数或字母可能打错' }),
  notSigned: { rule: '未签收', instead: '快递显示签收后才能标代收或他人签收' },
  pictures: (kept: number, given: number, most: number) => ({
    rule: `图片最多${most}张`,
    instead: `已有${kept}张，这次${given}张，请少发几张`,
  }),
  callStands: (id: string, by: string, at: string) => ({
    rule: `已有外呼单 ${id}`,
    instead: `${by} ${at}开的，还没有结束，不用重复开`,
  }),
  pickup: { rule: '到店自提', instead: '没有快递和运单号' },
  withdrawn: { rule: '申请已撤回', instead: '撤回的退货单不再审批' },
  notYourLevel: (level: string, who: string) => ({ rule: `现在是${level}`, instead: `卡在：${who}，可以发「催」提醒` }),
  ownReturn: { rule: '这张退货单是您申请的', instead: '自己申请的请同事审批' },
  beyondPaid: (total: string, paid: string, other: string, otherAmount: string) => ({
    rule: `累计退款${total}超过实付${paid}`,
    instead: `${other} 已退${otherAmount}，请改金额后再批`,
  }),
  arrears: (amount: string) => ({ rule: `客户欠款${amount}`, instead: '请在审批卡上选抵扣或挂起；仍要退款需总监代批' }),
  arrearsUnknown: { rule: '应收没有查到', instead: '不能当作无欠款，恢复后再批' },
  twice: { rule: '您已批过其中一级', instead: '同一张退货单一个人只能批一级，请换同事' },
} as const

/** 已由小林 10:06:11 同意，无需重复。 */
export function decidedText(by: string | undefined, self: boolean, at: string, approve: boolean): string {
  const who = self ? '您' : (by ?? '系统')
  return `已由${who} ${at} ${approve ? '同意' : '驳回'}，无需重复。`
}

export const rightsTexts = {
  /** 改物流单号需要「客服」及以上，可找：值班组长。已记录，未改动。 */
  denied: (deed: string, lowest: string, upwards: boolean, people: string) =>
    `${deed}需要「${lowest}」${upwards ? '及以上' : ''}，可找：${people}。已记录，未改动。`,
  dutyLead: '值班组长',
  toldPrivately: '已私信说明。',
  people: (role: string, names: readonly string[]) => `${role}（${names.join('、')}）`,
  list: (names: readonly string[]) => names.join('、'),
} as const

export const urgeTexts = {
  title: (level: string, holder: string | undefined, left: string): Phrase => ({
    head: `卡在：${level}`,
    body: holder === undefined ? '' : `·${holder}`,
    tail: left === '' ? '' : `，${left}`,
  }),
  what: { refund: '财务放款', ship: '仓库出库' },
  left: (left: string) => `剩${left}`,
  over: (over: string) => `已超${over}`,
  times: (parts: readonly string[]) => parts.join('，'),
  perLevel: (level: string, times: number) => `${level}${times}次`,
  lastBy: (by: string, at: string) => `${by} ${at}`,
  never: '还没有人催过',
  otherLevel: (asked: string) => `现在不在${asked}这一步`,
  nothing: (object: string): Phrase => ({ head: '没有等人办的事', body: `·${object}` }),
  onTheWay: '包裹在路上，要问快递可以开外呼单',
  sent: (names: readonly string[], at: string): Phrase => ({ head: '已催', body: names.join('、'), tail: ` ${at}` }),
  sentToast: '已催办',
  nobody: { head: '已记下，但没有能通知到的人' } as Phrase,
  tooSoon: (by: string, at: string, again: string) => `${by} ${at} 刚催过，${again} 之后可以再催，没有重复发。`,
  gone: '这件事已经有人办了，不用再催。',
} as const

/** What people of a role hear in their direct chat. */
export const toldTexts = {
  cancelled: (by: string, object: string, reason: string) =>
    `${by}取消了订单 ${object}，原因：${reason}。请不要再拣货。`,
  cancelAsked: (by: string, object: string, reason: string) =>
    `${by}问：${object} 已开始拣货，客户要取消（${reason}），还能拦下吗？请直接回复${by}。`,
  called: (by: string, id: string, parcel: string) => `${by}开了外呼单 ${id}：${parcel}。请安排物流组联系快递。`,
  urged: (by: string, object: string, what: string, left: string) =>
    `${by}催办：${object} ${what}${left === '' ? '' : `，${left}`}。`,
} as const
