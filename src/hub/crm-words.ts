import type { Channel } from './order-facts.ts'

/** Who is meant: a phone number, or the firm's own membership number. Never a masked one. */
export type CrmPerson = { readonly kind: 'phone' | 'member'; readonly value: string }

export const customerLevels = ['V1', 'V2', 'V3', 'V4', 'V5'] as const
export type CustomerLevel = (typeof customerLevels)[number]

/** One thing a CRM says of a person. Times epoch ms, by the CRM's clock. */
export type CrmTold = {
  /** The CRM's own number of what it says: the same twice is one. */
  readonly id: string
  readonly person: CrmPerson
  readonly atMs: number
  readonly said:
    | { readonly kind: 'level'; readonly level: CustomerLevel }
    /** What somebody did without ordering: put into a cart, or asked. */
    | { readonly kind: 'touch'; readonly channel: Channel; readonly deed: 'cart' | 'consult' }
}
