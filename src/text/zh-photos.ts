import type { Phrase } from './answers.ts'

const unreadable: Readonly<Record<string, string>> = {
  blurred: '照片糊了',
  glare: '面单反光',
  cropped: '面单没拍全',
  'too-small': '面单太小',
  'too-dark': '照片太暗',
  'no-label': '没有看到面单',
  'unknown-form': '面单上没有认得的运单号',
}

const advice: Readonly<Record<string, string>> = {
  blurred: '请把手机拿稳，对焦到条码再拍一张',
  glare: '请换个角度避开反光，或关掉闪光灯再拍',
  cropped: '请把整张面单拍进画面再拍一张',
  'too-small': '请离近一点，让面单占满画面再拍',
  'too-dark': '请开灯或到亮处，对着面单再拍一张',
  'no-label': '请对准快递面单再拍一张',
  'unknown-form': '照片是清楚的，请核对是不是快递面单',
}

const refused: Readonly<Record<string, string>> = {
  'too-big': '这张照片超过10 MB，没有读。请在聊天里直接拍照发送，或发压缩后的图片。',
  'too-many-pixels': '这张图片的尺寸太大（超过2400万像素），没有读。请在聊天里直接拍照发送。',
  'many-pages': '这个文件不止一页，没有读。请一次发一张面单照片。',
  'not-an-image': '这不是能读的照片。请发 JPG、PNG、WebP、HEIC 照片，或直接发单号。',
  broken: '照片没有传完整，打不开。请重新发一次，或直接发单号。',
}

const cropNames: Readonly<Record<string, string>> = {
  waybillNo: '单号局部图',
  orderNo: '店铺单号局部图',
  phoneTail: '手机号局部图',
}

/** What people read about photos of waybills. */
export const photoTexts = {
  reading: '收到照片，识别中。',
  unreadableTitle: (why: string): Phrase => ({ head: '没读出面单：', body: unreadable[why] ?? '看不清' }),
  advice: (why: string) => `${advice[why] ?? '请再拍一张'}，或直接发单号`,
  refused: (reason: string) => refused[reason] ?? '这张照片没有读成，请重新发一次，或直接发单号。',
  failed: {
    died: '这张照片没有读成，已经跳过，不影响别的照片。请重拍一张，或直接发单号。',
    'too-slow': '这张照片读了太久，已经停下。请重拍一张清楚些的，或直接发单号。',
  },
  lost: '照片已经取不到了（平台只保留一段时间）。请重新发一次，或直接发单号。',
  titles: {
    return: (number: string): Phrase => ({ head: '【退货面单】', body: number }),
    parcel: (number: string): Phrase => ({ head: '【发货面单】', body: number }),
    order: (number: string): Phrase => ({ head: '【面单】', body: number }),
    unmatched: (number: string): Phrase => ({ head: '【已读出】', body: number }),
    choose: (count: number): Phrase => ({ head: `照片里有${count}个单号，是哪一个？` }),
    check: (number: string): Phrase => ({ head: '单号没把握：', body: number, keep: 'end' }),
    ask: { head: '单号没读准，请补拍或直接发单号' } as Phrase,
    byOrder: { head: '按店铺单号找到了订单' } as Phrase,
  },
  labels: {
    carrier: '快递',
    number: '单号',
    sent: '寄件',
    phone: '手机',
    order: '订单',
    evidence: '依据',
    shop: '店铺单号',
  },
  evidence: {
    barcode: '条码',
    'barcode+text': '条码和文字一致',
    'text×2': '文字两处一致',
    'text×1': '文字一处，请核对',
  } as Readonly<Record<string, string>>,
  phone: (tail: string, open: boolean) => `尾号${tail}${open ? '（待核对）' : ''}`,
  shop: (orderNo: string, open: boolean): Phrase => ({
    head: '',
    body: orderNo,
    keep: 'end',
    tail: open ? ' 待核对' : '',
  }),
  orderPerhaps: (orderNo: string): Phrase => ({
    head: '店铺单号像是',
    body: orderNo,
    keep: 'end',
    tail: '，对就点「就是这个」',
  }),
  tailPerhaps: (tail: string) => `手机尾号像是${tail}，核对后发「手机尾号${tail}的订单」可查`,
  byTail: (tail: string) => `发「手机尾号${tail}的订单」可按尾号查订单`,
  numberOpen: '快递单号没读出来，登记退货时再补',
  numberOpenSince: (why: string) => `快递单号没读出来（${unreadable[why] ?? '看不清'}），登记退货时再补`,
  sentBy: (when: string, label: string | undefined, open: boolean) => {
    const notes = [label, open ? '待核对' : undefined].filter((note) => note !== undefined)
    return notes.length === 0 ? when : `${when}（${notes.join('，')}）`
  },
  seenBefore: (when: string) => `这张照片${when}已经读过，结果相同`,
  noMatch: '还没有订单或退货单用这个单号',
  askCarrier: '快递公司看不清，请回复是哪一家',
  carrierConflict: '面单上的快递公司和单号对不上，请核对',
  buttons: {
    order: '看订单',
    progress: '退货进度',
    register: '登记退货',
    retake: '重拍',
    type: '手输单号',
    yes: '就是这个',
  },
  say: { retake: '重拍面单', type: '手输单号' },
  retake: '好，请重新拍一张面单发过来：平放、对焦、不反光，条码和单号都在画面里。',
  type: '好，请直接发快递单号，例如：YT0082452614557。',
  crop: (url: string, field: string) => `${cropNames[field] ?? '局部图'}（10分钟内可打开）：${url}`,
  noSuchPicture: '没有这张图片。',
  linkExpired: '链接已过期，请在聊天里重新查看。',
  pictureGone: '图片已按期限删除。',
} as const
