import type { Phrase } from './answers.ts'
import { fenText } from './format.ts'
import { channelName } from './zh-cn.ts'

/** Words of a refund whose amount at the platform is another than the approved one. */
export const mismatchTexts = {
  title: (returnId: string): Phrase => ({ head: '', body: returnId, tail: '退款金额对不上' }),
  order: '订单',
  orderValue: (channel: string, orderNo: string) => `${channelName(channel)}…${orderNo.slice(-4)}`,
  platform: '平台已退',
  approved: '审批金额',
  gap: '相差',
  gapValue: (fen: bigint) => (fen > 0n ? `平台多退${fenText(fen)}` : `平台少退${fenText(-fen)}`),
  state: '应收',
  waits: '先不记账，等财务定金额',
  source: '平台售后与审批单',
  takePlatform: (fen: bigint) => `按${fenText(fen)}记`,
  takeApproved: (fen: bigint) => `按${fenText(fen)}记`,
  see: '看退货',
  saySee: (returnId: string) => `退货${returnId}到哪一步了`,
  settledTitle: (returnId: string): Phrase => ({ head: '', body: returnId, tail: '应收金额已定' }),
  settled: '记账金额',
  next: '结果',
  nextValue: '应收和服务记录随后发出',
  toast: '已定，应收随后发出',
  already: (who: string, fen: bigint, at: string) => `${who}已在${at}定为${fenText(fen)}。`,
  agrees: '金额已经一致，应收会自动发出。',
  changed: '平台金额又变了，请按新卡片再点一次',
  denied: '退款金额由财务或总监来定，请找他们处理。',
} as const
