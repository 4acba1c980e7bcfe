import type { OrderFacts } from '../src/hub/order-facts.ts'
import { hidePerson } from '../src/text/format.ts'

/** For whom a card is made: `masked` shows 张* and 170****1234 and no address. `nowMs` is the moment of the answer. */
export type View = { readonly mode: 'full' | 'masked'; readonly nowMs: number }

/** How texts about this order may be shown. A masked card is masked wherever a stored value stands, not only in its own row. */
export function shower(order: OrderFacts, view: View): (text: string) => string {
  if (view.mode === 'full') return (text) => text
  const person = { name: order.consigneeName, phone: order.phone, address: order.address }
  return (text) => hidePerson(text, person)
}
