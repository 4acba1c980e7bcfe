import { momentText } from './format.ts'
import { sourceName } from './zh-cn.ts'

/** A source that pushes nothing any more, for IT: since when, what goes on meanwhile, what to look at. */
export function silenceText(source: string, hours: number, heardAtMs: number, nowMs: number): string {
  const last = momentText(heardAtMs, nowMs)
  return `${sourceName(source)}超过${hours}小时没有消息，最后一次是${last}。订单仍按时间拉取，不会漏，但会慢。请看回调地址、平台的推送设置，以及账号是否欠费。`
}
