import { triggers } from '../text/commands.ts'
import { isFigure, isList, type Judge, judgeOf, type Signals } from './judge.ts'
import type { Intent } from './types.ts'

type Rule = { readonly intent: Intent; readonly when: (judge: Judge) => boolean }

/** Somebody wants something done: the writes and the wishes. Before the questions, because they use the questions' words. */
const wishes: readonly Rule[] = [
  { intent: 'help', when: ({ says, number, person, goods }) => says('help') && !number && !person && !goods },
  {
    intent: 'approval.delegate',
    when: ({ says, number, signals }) =>
      says('delegate') &&
      !number &&
      !says('handoffOnly') &&
      (!says('decided') || says('away')) &&
      signals.slots.channel === undefined,
  },
  {
    intent: 'handoff',
    when: ({ says, returned }) => says('handoff') && !(returned && says('urge')) && !says('urgeOnly'),
  },
  {
    intent: 'approval.snooze',
    when: ({ says, order }) =>
      says('snooze', 'remindMe') && !order && !says('asks') && (says('remindMe') || !says('notice')),
  },
  {
    intent: 'order.mark_signer',
    when: ({ says, signals }) => says('markSigner') && !says('metric') && signals.slots.new_waybill_no === undefined,
  },
  {
    intent: 'order.edit_waybill',
    when: ({ says, signals, waybill }) =>
      signals.slots.new_waybill_no !== undefined ||
      (says('change') && !says('offTopic', 'cancel') && (says('waybillWord') || waybill) && !says('missingWaybill')) ||
      (says('wrongNumber') && !says('cancel')),
  },
  {
    intent: 'order.cancel',
    when: ({ says, returned, signals }) =>
      says('cancel') &&
      !says('cancelled') &&
      !returned &&
      !(says('list') && !signals.slots.order_no) &&
      // 登记退货 不想要了: a reason to send back, no order to call off
      !(/退/.test(signals.line) && !/取消(?!.{0,3}退)|撤单|作废/.test(signals.line)),
  },
  {
    intent: 'unsupported',
    when: ({ says }) => says('offTopic') && !says('gift', 'notice', 'addNote') && !says('returnsCount'),
  },
]

/** Over many orders at once: figures, alarms, to-dos. Only when no single order is named. */
const surveys: readonly Rule[] = [
  {
    intent: 'approval.todo',
    when: ({ says, number, person, goods }) =>
      says('todo') &&
      !number &&
      !person &&
      !goods &&
      (!says('stock', 'trouble') || says('mine')) &&
      !says('callCarrier'),
  },
  {
    intent: 'alert.list',
    when: ({ says, number, person, signals }) =>
      says('trouble') &&
      !number &&
      !person &&
      !/率|(?:物流|快递|包裹)有?异常[吗了么]?[?]?$/.test(signals.line) &&
      (says('list', 'things') ||
        /^(?:[\ue006]|当前|现在|目前)?.{0,4}(?:超时|逾期|异常|风险|预警)|有没有/.test(signals.line) ||
        // 今天10点抖音异常: a time or a channel, and the trouble last
        (Boolean(signals.slots.date || signals.slots.channel) &&
          /(?:超时|逾期|异常|风险|停滞)[?]?$/.test(signals.line))),
  },
  { intent: 'stats.query', when: isFigure },
]

const followUps: readonly Rule[] = [
  // 退货中的单有哪些: a filter word, no wish to send something back
  {
    intent: 'order.list',
    when: (judge) => judge.signals.slots.status !== undefined && judge.says('list') && isList(judge),
  },
  { intent: 'notify.status', when: ({ says }) => (says('notice') && says('noticeAsk', 'elliptic')) || says('opened') },
  // 退货呢: said of something that was looked at, no wish
  {
    intent: 'return.status',
    when: ({ says, number, person, signals }) =>
      !number && !person && says('elliptic') && /(?:退货|售后)(?:单|申请)?呢/.test(signals.line),
  },
  { intent: 'return.add_note', when: ({ says }) => says('addNote') },
  { intent: 'logistics.call_carrier', when: ({ says }) => says('callCarrier') },
  {
    intent: 'approval.urge',
    when: ({ says, returned, signals }) =>
      says('urge') &&
      !says('ship') &&
      (/催/.test(signals.line) || !says('asks')) &&
      (returned || says('urgeWhom')) &&
      !(says('reject') || (says('money', 'when') && !says('urgeOnly'))),
  },
  {
    intent: 'approval.decide',
    when: ({ says, returned, order, signals }) =>
      says('approve', 'reject') &&
      !says('decided', 'approvalAsk', 'asks', 'when') &&
      // 可以 同意退款 is a yes, 可以退吗 a question
      !(says('eligible') && !/^[\ue001\s]*(?:可以|能|行)[\s,]|^(?:不?同意|拒绝|驳回)/.test(signals.line)) &&
      (returned || (!order && signals.line.length < 14)),
  },
  { intent: 'rule.explain', when: ({ says }) => says('rule') && !says('gift') },
]

const gifts: readonly Rule[] = [
  {
    intent: 'gift.missing',
    when: ({ says, signals }) =>
      says('gift') &&
      says('giftMissing') &&
      !says('eligible') &&
      !(says('giftWhyNot') && /为什么|为啥|门槛|差|为何/.test(signals.line) && !/漏|没收到/.test(signals.line)),
  },
  { intent: 'gift.included', when: ({ says }) => says('gift') && says('together') },
  { intent: 'gift.gap', when: ({ says }) => says('gift') && says('giftWhyNot') },
  { intent: 'gift.included', when: ({ says }) => says('gift') && !says('eligible') },
]

/** Goods on their way back and the money for them. */
const returns: readonly Rule[] = [
  {
    intent: 'stock.check',
    when: ({ says, number, person, goods }) =>
      !number &&
      !person &&
      (says('stock') || (goods && (says('stockLeft') || says('restock')))) &&
      (goods || !says('when')) &&
      !says('returned'),
  },
  {
    intent: 'customer.profile',
    when: ({ says, number, person }) => says('profile') && !says('eligible') && (person || !number || says('member')),
  },
  {
    intent: 'return.eligible',
    when: ({ says, signals }) => says('eligible') && !says('when', 'amount') && !/到账|的钱|退的/.test(signals.line),
  },
  {
    intent: 'refund.amount',
    when: ({ says, signals }) =>
      says('money') && says('amount') && (!says('when') || /多少|金额|怎么算/.test(signals.line)),
  },
  { intent: 'return.status', when: ({ says }) => says('money') && says('approval') },
  {
    intent: 'return.status',
    when: ({ says }) => says('returned') && says('decided', 'approvalAsk') && !says('money', 'goodsIn'),
  },
  {
    intent: 'return.status',
    when: ({ says, signals }) =>
      /的退货(?:单|申请)?(?![的\ue008])/.test(signals.line) &&
      says('ask', 'approvalState') &&
      !says('money', 'goodsIn'),
  },
  {
    intent: 'refund.eta',
    when: ({ says, signals }) =>
      says('money') && !(says('inbound') && !says('when', 'arriveMoney')) && !/多少货/.test(signals.line),
  },
  { intent: 'return.inbound', when: ({ says }) => says('returned') && says('inbound') },
  { intent: 'refund.eta', when: ({ says }) => says('money') },
  { intent: 'return.inbound', when: ({ says, signals }) => says('inbound') && /[入进][了]?[仓库]/.test(signals.line) },
  { intent: 'return.create', when: ({ signals }) => signals.hasPhoto && signals.slots.return_no === undefined },
  { intent: 'return.status', when: ({ says, returned }) => returned || (says('returned') && says('approvalState')) },
  {
    intent: 'return.status',
    when: ({ says, signals, number }) =>
      number && says('ask') && /退货[,\s]*(?:帮忙|帮我)?(?:查|看)/.test(signals.line),
  },
  { intent: 'return.create', when: ({ says }) => says('returnCreate') },
  { intent: 'return.status', when: ({ says }) => says('decided', 'approval') },
]

/** Goods on their way out. */
const journeys: readonly Rule[] = [
  { intent: 'logistics.missing_waybill', when: ({ says }) => says('missingWaybill') },
  {
    intent: 'order.ship_time',
    when: ({ says }) =>
      says('ship') && says('when', 'notYet', 'hurry') && !says('shipAsk', 'signed') && says('stalled'),
  },
  { intent: 'logistics.stalled', when: ({ says }) => says('stalled') },
  { intent: 'order.list', when: isList },
  { intent: 'logistics.signed', when: ({ says }) => says('signed') },
  { intent: 'order.carrier', when: ({ says, signals }) => says('carrierAsk') || /^.{0,4}单号呢/.test(signals.line) },
  {
    intent: 'order.ship_time',
    when: ({ says }) =>
      says('ship') &&
      (says('when', 'notYet', 'hurry', 'elliptic') || (says('stock') && !says('shipAsk'))) &&
      !says('shipOnly'),
  },
  {
    intent: 'logistics.eta',
    when: ({ says }) => says('arrive') || says('arriveNotYet') || (says('when') && says('where', 'track')),
  },
  { intent: 'order.ship_time', when: ({ says, number, person }) => says('stock') && (number || person) },
  { intent: 'logistics.eta', when: ({ says, number, person }) => says('when') && (number || person) },
  {
    intent: 'logistics.track',
    when: ({ signals }) => /(?:快递|包裹|快件)呢[?]?$/.test(signals.line) && !signals.slots.product,
  },
  {
    intent: 'logistics.track',
    when: ({ says, waybill, order }) => says('track') || (waybill && !order),
  },
  {
    intent: 'order.status',
    when: ({ says, number, person, signals }) =>
      says('where', 'state', 'shipAsk') ||
      number ||
      person ||
      (says('ask') && says('orderWord')) ||
      (says('orderWord') && signals.slots.date !== undefined && !says('smalltalk')),
  },
  {
    intent: 'order.status',
    when: ({ says, signals }) => says('orderWord') && signals.line.length <= 12 && !says('smalltalk'),
  },
  // 那个客户的, 刚才那个, 那昨天的呢: only memory can say which
  { intent: 'order.status', when: ({ says }) => says('reference') },
  {
    intent: 'order.status',
    when: ({ signals }) => /^(?:帮忙?|帮我|给我)?(?:看|查|查看|查询)(?:一?下|看|询)?$/.test(signals.line),
  },
]

const rules: readonly Rule[] = [...wishes, ...surveys, ...followUps, ...gifts, ...returns, ...journeys]

/** What is wanted, by the first rule that holds; small talk only when nothing of the trade was said. */
export function intentOf(signals: Signals): Intent {
  const judge = judgeOf(signals)
  const rule = rules.find(({ when }) => when(judge))
  if (rule !== undefined) return rule.intent
  return triggers.smalltalk.test(signals.said) ? 'smalltalk' : 'unsupported'
}
