import type { ActionToken, Button, Card } from '../../src/chat/card.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { Reply } from '../../src/chat/reply.ts'

/** The answers of product §2 (J1, J2, J4, J6, J7, J23, J30), fixed: a desk to try the play page and its door on. */

const button = (label: string, say: string, style: Button['style'] = 'plain'): Button => ({
  label,
  token: `sample:${say}` as ActionToken,
  style,
})

const note = '截至10:05 · 轨迹10:02 · 抖音推送09:58'

export const onTheWay: Card = {
  title: '【运输中】已到杭州萧山转运中心,预计11-23送达',
  tone: 'calm',
  facts: [
    { label: '订单', value: '抖音 …2563' },
    { label: '商品', value: '3段奶粉×2' },
    { label: '快递', value: '中通 75894561230147' },
    { label: '停留', value: '1时24分' },
    { label: '赠品', value: '围兜,同包裹' },
    { label: '负责', value: '物流组' },
  ],
  note,
  buttons: [button('复制话术', 'copy', 'go'), button('完整时间线', 'track'), button('关注此单', 'follow')],
}

const stalled: Card = {
  title: '【异常·滞留中转站】武汉中转 51小时未动',
  tone: 'warn',
  bar: '已 51 小时无更新,外呼单 C-0931 处理中',
  facts: [
    { label: '订单', value: '天猫 …0842' },
    { label: '快递', value: '圆通 YT0082452614557' },
    { label: '停在', value: '武汉转运中心' },
    { label: '承诺', value: '11-24 前送达' },
    { label: '负责', value: '物流组 · 小周' },
  ],
  note: '截至10:05 · 轨迹11-20 07:12',
  buttons: [button('复制话术', 'copy', 'go'), button('催承运商', 'urge')],
}

const giftGap: Card = {
  title: '未达赠品门槛:差¥12.5',
  tone: 'alarm',
  bar: '这一单没有赠品:实付差 ¥12.5',
  facts: [
    { label: '实付', value: '¥286.5' },
    { label: '门槛', value: '¥299(规则#3 v5)' },
    { label: '等级', value: 'V3' },
  ],
  note: '截至10:05 · ERP 赠品日志 09:40',
  buttons: [button('补发优惠券', 'coupon', 'go'), button('看规则', 'rule')],
}

const choice: Card = {
  title: '找到 2 位张伟昨天有奶粉退货,是哪一位?',
  tone: 'calm',
  facts: [],
  lines: ['① 尾号1234 · 天猫 · 2段奶粉×1 · 昨天 14:20', '② 尾号8806 · 抖音 · 3段奶粉×1 · 昨天 19:03'],
  note: '截至10:05 · 退货登记',
  buttons: [button('①', 'pick1'), button('②', 'pick2'), button('都不是', 'none')],
}

export const approval: Card = {
  title: '【待初审】TH2611220015 · 剩14分52秒',
  tone: 'warn',
  facts: [
    { label: '客户', value: '王*(V3)' },
    { label: '商品', value: '纸尿裤L×2' },
    { label: '金额', value: '¥238.00' },
    { label: '原因', value: '破损(照片2)' },
    { label: '面单', value: '中通75894561230147 ✓' },
    { label: '历史', value: '90天退1次' },
  ],
  note: '截至10:05 · 退货申请',
  buttons: [button('同意', 'approve', 'go'), button('驳回', 'reject', 'stop'), button('补材料', 'more')],
}

const approved: Card = {
  ...approval,
  title: '✅已同意 · 您 · 10:06:11 → 仓管复核(限4时)',
  tone: 'done',
  buttons: [button('撤销 1:59', 'undo')],
}

const paste = '亲,您的包裹已到杭州萧山转运中心,中通75894561230147,预计11月23日送达,请留意电话哦~'

const card = (one: Card): Reply => ({ kind: 'card', card: one })
const words = (one: string): Reply => ({ kind: 'text', text: one })

const inGroup: Reply = {
  ...card({
    title: '1单【派件中】今天18点前到',
    tone: 'calm',
    facts: [
      { label: '订单', value: '天猫 …0842' },
      { label: '客户', value: '李* 170****9354' },
    ],
    note: '完整信息已私聊给您',
    buttons: [],
  }),
  direct: words('天猫 2401880842 · 李静 17000009354 · 杭州市余杭区五常大道 1 号'),
}

const answers: readonly (readonly [RegExp, Reply])[] = [
  [/2653/, card({ ...notFound(), note: '查过:中台、抖音(当场,2.1秒)' })],
  [/三天|17000009354/, inGroup],
  [/张伟/, card(choice)],
  [/赠品/, card(giftGap)],
  [/待办|审/, card(approval)],
  [/滞留|不动/, card(stalled)],
  [/到哪|\d{12,}/, card(onTheWay)],
]

function notFound(): Card {
  return {
    title: '没有这个单号:…2653',
    tone: 'warn',
    facts: [{ label: '最接近', value: '…2563(今天您查过)' }],
    buttons: [button('查…2563', 'near', 'go'), button('重新输入', 'again')],
  }
}

const taps: Readonly<Record<string, Reply>> = {
  'sample:copy': words(paste),
  'sample:near': card(onTheWay),
  'sample:pick2': card({ ...onTheWay, title: '【已入仓】11-22 09:31 扫码入库,验货完好' }),
}

/** What it answers to an event. */
export function sampleReply(event: ChatEvent): Reply {
  if (event.kind === 'card-tap') {
    if (event.token === 'sample:approve')
      return { kind: 'card-update', cardRef: event.cardRef, card: approved, toast: '已同意' }
    return taps[event.token] ?? words('好的。')
  }
  if (event.kind === 'image') return words('收到面单照片,正在识别。')
  if (event.kind === 'file') return words(`收到 ${event.fileName}:1,204行,成功1,197,重复0,错误7。`)
  if (event.kind !== 'text') return { kind: 'none' }
  if (event.sender.id === 'play-stranger') return words('您还不在成员名单里,请找 IT 开通。')
  return answers.find(([pattern]) => pattern.test(event.text))?.[1] ?? words('发单号、手机尾号或姓名,我来查。')
}
