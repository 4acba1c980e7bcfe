import type { Phrase } from './answers.ts'

/** Words around a parcel on the table: booked in by its code, counted again, and the money that waits for it. */

export const receiptTexts = {
  releasesIn: (minutes: number) => `退款${minutes}分钟后放行`,
  left: '好，没有登记。包裹请单独放好。',
  todoClosed: '待办已关',
  recounted: (received: number, due: number): Phrase => ({ head: `已记 ${received}/${due}` }),
  same: (received: number, due: number) => `已是 ${received}/${due}，没有变化。`,
  sameDamaged: (damaged: number) => `已记破损${damaged}件，没有变化。`,
  financeTold: '财务已收到确认卡',
  /** Money that went before the goods were counted. */
  moved: (gone: string, due: string, over: string) => `款已放行${gone}，按实收应为${due}，多出${over}已转财务`,
  movedWhole: (gone: string) => `款已放行${gone}`,
  movedUnknown: '款已放行，差异已转财务',
  noReturn: '没有退货单用这个单号，没有登记。请核对后再扫，或发退货单号。',
  pageLink: (url: string) => `扫码入库页（您专用，14天内可打开）：${url}`,
  noPage: '还没有配置访问地址（PUBLIC_URL），没有扫码页。请直接发快递单号，或拍面单照片。',
} as const

export const caseTexts = {
  title: (returnId: string): Phrase => ({ head: '【待财务确认】', body: returnId }),
  was: (amount: string) => `原批${amount}`,
  amounts: { received: (amount: string) => `按实收${amount}`, sound: (amount: string) => `扣破损${amount}` },
  unknown: '金额未知，按 ERP 核定',
  waits: '退款暂停，等您确认',
  over: (gone: string, over: string) => `款已放行${gone}，多出${over}，请追回`,
  short: '款已放行，实收有差异，请核对',
  buttons: { received: '按实收放款', whole: '全额放款', sound: '扣破损放款', hangUp: '挂起' },
  say: (returnId: string, label: string) => `${returnId} ${label}`,
  settled: (amount: string | undefined): Phrase => ({ head: '已放款', ...(amount && { body: amount }) }),
  agreed: (amount: string | undefined): Phrase => ({ head: '金额已确认', ...(amount && { body: amount }) }),
  agreedLine: '还没审批完，通过后按这个金额放款',
  soonLine: '终审2分钟内可撤销，过后自动放款',
  hungUp: (returnId: string): Phrase => ({ head: '已挂起', body: `·${returnId}` }),
  hungUpLine: '款不会放行，随时可以在这张卡上确认',
  changedBar: '实收有变化，请按现在的数再确认',
  by: (who: string, at: string) => `${who} ${at}`,
  byYou: (at: string) => `您 ${at}`,
  toast: '已记下',
  already: (who: string, at: string) => `已由${who} ${at}确认，无需重复。`,
  gone: (at: string) => `款已于 ${at} 放行，无需重复。`,
  nothing: '这张退货单没有等待确认的款，没有改动。',
  rejected: '这张退货单没有通过，不退款，没有改动。',
  you: '您',
  right: '确认退款需要「财务」，没有改动。已记录。',
} as const

/** 1 · 1件 · 两罐, in answer to 实收几件？ */
export function bareCount(text: string): number | undefined {
  const found = /^(\d{1,3})\s*(?:件|罐|盒|包|个|箱|瓶|台|袋|套|条|片)?[。.]?$/.exec(text.trim())
  return found?.[1] === undefined ? undefined : Number(found[1])
}

/** 扫码 alone: where is the page. */
export const asksForPage = (text: string): boolean => /^(?:扫码|扫码入库|扫码页|登记入库)$/.test(text.trim())

/** 扫码 TH2611220015, as a scanner with a prefix types it. */
export const scanPrefix = (text: string): boolean => /^扫码(?!入库)/.test(text.trim())

/** The page a keeper opens from the to-do; also what its script shows. */
export const receivePageTexts = {
  noSuch: '没有这个页面。请从待办或聊天里重新打开。',
  expired: '链接已过期。请在聊天里发「扫码」，取一个新的。',
  notMember: '您的账号已停用，没有登记。',
  tooBig: '照片超过10 MB，没有读。请用手机直接拍照。',
  unread: '没有读出单号。请对准条码再拍一张，或手输单号。',
  unsure: (number: string) => `读出 ${number}，但没有把握。请核对后手输，或再拍一张。`,
  notBuilt: '页面还没有构建：请运行 npm run build',
} as const
