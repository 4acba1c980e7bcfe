/** What people read about a photo of a waybill: from the command line, and the reasons the chat gives too. */

const unreadableWords: Readonly<Record<string, string>> = {
  blurred: '照片糊了，请对准面单、拿稳再拍一张',
  glare: '面单反光，请换个角度或关掉闪光灯再拍',
  cropped: '面单没拍全，请把四个角都拍进来',
  'too-small': '面单太小，请靠近些拍，或发送原图',
  'too-dark': '照片太暗，请开灯或到亮处再拍一张',
  'no-label': '没看到面单，请拍贴着快递单的那一面',
  'unknown-form': '照片清楚，但没有认得的运单号，请直接输入单号',
}

/** Why no number could be read and what to do; `reason` as the reader names it. */
export function unreadableLine(file: string, reason: string): string {
  return `${file}：${unreadableWords[reason] ?? '没读出运单号，请再拍一张清楚的'}`
}

const refusedWords: Readonly<Record<string, string>> = {
  'too-big': '图片超过 10 MB，请压缩后再发',
  'too-many-pixels': '图片像素过大（上限 2400 万像素），请缩小后再发',
  'many-pages': '这是动图或多页图片，请发单张照片',
  'not-an-image': '这不是能识别的图片，请发 JPG、PNG、WebP、HEIC 或 AVIF',
  broken: '图片损坏，打不开，请重新发送',
  'worker-died': '这张图片没能识别，请换一张再试',
  'too-slow': '识别超时，请换一张清楚些的再试',
  missing: '没有这个文件',
  directory: '这是文件夹，请写图片的文件名',
  forbidden: '没有权限读这个文件',
}

/** Why a picture was not read at all; `reason` as the reader names it. */
export function refusedLine(file: string, reason: string): string {
  return `${file}：${refusedWords[reason] ?? '图片没能识别，请换一张再试'}`
}

export type ReadWaybillLine = {
  readonly file: string
  readonly carrier: string | null
  readonly waybillNo: string | null
  readonly sentAt: string | null
  readonly sure: boolean
  readonly ms: number
}

/** One line a photo for the terminal. */
export function readWaybillLine({ file, carrier, waybillNo, sentAt, sure, ms }: ReadWaybillLine): string {
  const parts = [carrier ?? '快递未知', waybillNo ?? '未读出单号', ...(sentAt === null ? [] : [sentAt])]
  return `${file}：${parts.join(' ')}，${sure ? '可信' : '待确认'}（${ms} 毫秒）`
}
