import type { Channel } from '../hub/order-facts.ts'
import { channelHint, normaliseOrderNo } from '../hub/order-no.ts'
import { platformWords } from '../text/sheet-columns.ts'

const distributorCode = /JXS-?(\d{2})(?!\d)/i

/** JXS07 in a text (a file name, a shop name, an order number); undefined where none stands. */
export function distributorIn(text: string | undefined): string | undefined {
  const code = distributorCode.exec(text ?? '')?.[1]
  return code === undefined ? undefined : `JXS${code}`
}

function channelWord(text: string | undefined): Channel | undefined {
  return text === undefined ? undefined : (platformWords.find(([word]) => word.test(text))?.[1] as Channel | undefined)
}

/**
 * Whose order a row is: the number's own house form first, then what the row says of platform and shop, then whose sheet
 * it is. The form of a platform's number is only a hint and decides last. undefined when nothing tells.
 */
export function shopOf(told: {
  readonly orderNo: string
  readonly platform: string | undefined
  readonly shop: string | undefined
  readonly defaultShop: string | undefined
}): { readonly channel: Channel; readonly shop: string } | undefined {
  const orderNo = normaliseOrderNo(told.orderNo)
  const hint = channelHint(orderNo)
  const distributor = (hint === 'distributor' ? distributorIn(orderNo) : undefined) ?? distributorIn(told.shop)
  if (distributor !== undefined) return { channel: 'distributor', shop: distributor }
  const channel = channelWord(told.platform) ?? channelWord(told.shop)
  if (channel !== undefined && channel !== 'distributor')
    return { channel, shop: told.shop ?? told.platform ?? channel }
  if (told.defaultShop !== undefined) return { channel: 'distributor', shop: told.defaultShop }
  if (channel === 'distributor') return { channel, shop: told.shop ?? told.platform ?? channel }
  if (told.shop === undefined) return undefined
  return { channel: hint ?? 'distributor', shop: told.shop }
}
