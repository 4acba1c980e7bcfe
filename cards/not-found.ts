import type { Card } from '../src/chat/card.ts'
import type { Tried } from '../src/hub/on-demand.ts'
import type { Channel } from '../src/hub/order-facts.ts'
import { buttonLabels, factLabels, noteParts, notFoundTexts, type Phrase, sayings } from '../src/text/answers.ts'
import { clockText, maskName, maskPhone } from '../src/text/format.ts'
import { channelName } from '../src/text/zh-cn.ts'
import { onDemandTexts } from '../src/text/zh-conversation.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { tailOf } from './order-rows.ts'
import type { View } from './view.ts'

export type NearNumber = {
  readonly orderNo: string
  readonly channel: Channel
  readonly id: string
  /** The asker was answered about it today. */
  readonly seenToday?: boolean
}

/** How a number was looked for: `tried` are the sources that were asked on the spot. */
export type Search = { readonly returned?: boolean; readonly tried?: readonly Tried[] }

/**
 * A number nobody knows: what was searched, who was asked on the spot and how that went, and the known numbers one slip of the
 * finger away (product J4).
 */
export function numberNotFoundCard(
  number: string,
  near: readonly NearNumber[],
  view: View,
  codec: ActionCodec,
  { returned = false, tried = [] }: Search = {},
): Card {
  const shown = near.slice(0, 3)
  const plain = returned ? notFoundTexts.return : notFoundTexts.number
  const draft = {
    title: tried.length > 0 ? onDemandTexts.title : plain,
    tone: 'warn' as const,
    facts: [
      [factLabels.given, number],
      [factLabels.searched, notFoundTexts.lookedIn.number],
    ] as const,
    lines: [
      ...triedLines(tried),
      ...(shown.length === 0
        ? [notFoundTexts.nothingNear]
        : shown.map(
            ({ channel, orderNo, seenToday }) =>
              `${notFoundTexts.near(channelName(channel), orderNo)}${seenToday ? onDemandTexts.lookedToday : ''}`,
          )),
    ],
    note: [noteParts.asOf(clockText(view.nowMs))],
    buttons: [
      ...shown.map(({ id, orderNo }) => ({
        label: notFoundTexts.see(tailOf(orderNo)),
        token: codec.encode('order.show', [id]),
        style: 'plain' as const,
        say: sayings.status(id),
      })),
      {
        label: buttonLabels.again,
        token: codec.encode('ask.again', []),
        style: 'plain' as const,
        say: buttonLabels.again,
      },
    ],
  }
  return fitCard(draft, (text) => text)
}

/** Who had nothing, with the time of the slowest; then who did not answer: silence is no answer. */
function triedLines(tried: readonly Tried[]): readonly string[] {
  const placesOf = (some: readonly Tried[]) =>
    onDemandTexts.places([...new Set(some.map(({ channel }) => channelName(channel)))])
  const denied = tried.filter(({ outcome }) => outcome === 'none')
  const silent = tried.filter(({ outcome }) => outcome === 'failed' || outcome === 'timeout')
  const slowestMs = Math.max(0, ...denied.map(({ ms }) => ms))
  return [
    ...(denied.length === 0 ? [] : [onDemandTexts.none(placesOf(denied), (slowestMs / 1000).toFixed(1))]),
    ...(silent.length === 0 ? [] : [onDemandTexts.silent(placesOf(silent))]),
  ]
}

/** Who was asked for, as it may be shown. */
export function personLabel(
  person: {
    readonly name?: string | undefined
    readonly phone?: string | undefined
    readonly tail?: string | undefined
  },
  view: View,
): string {
  const name = person.name === undefined ? '' : view.mode === 'full' ? person.name : maskName(person.name)
  const phone = person.phone === undefined ? '' : view.mode === 'full' ? person.phone : maskPhone(person.phone)
  const tail = person.tail === undefined ? '' : notFoundTexts.tail(person.tail)
  return [name, phone, tail].filter((part) => part !== '').join(' ')
}

/** Nobody of this name or number bought anything in the time that was searched. `who` is made by `personLabel`. */
export function personNotFoundCard(
  who: string,
  when: { readonly days: number } | { readonly said: string },
  view: View,
  codec: ActionCodec,
): Card {
  const title: Phrase =
    'days' in when ? notFoundTexts.person(who, when.days) : notFoundTexts.personWindow(who, when.said)
  const draft = {
    title,
    tone: 'warn' as const,
    facts: [[factLabels.searched, notFoundTexts.lookedIn.person]] as const,
    note: [noteParts.asOf(clockText(view.nowMs))],
    buttons: [
      {
        label: buttonLabels.again,
        token: codec.encode('ask.again', []),
        style: 'plain' as const,
        say: buttonLabels.again,
      },
    ],
  }
  return fitCard(draft, (text) => text)
}
