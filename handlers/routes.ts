import type { ActionName } from '../cards/actions.ts'
import { helpCard } from '../cards/help.ts'
import type { ChatEvent } from '../src/chat/event.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Intent } from '../src/understanding/types.ts'
import { alertTap } from './alerts.ts'
import { type AnswerParts, answerers } from './answerers.ts'
import { type ApprovalTapsParts, approvalTaps } from './approval-taps.ts'
import { ask } from './ask.ts'
import { type BulkParts, bulkAside, bulkTaps } from './bulk-approve.ts'
import { cardActions, orderTaps } from './card-actions.ts'
import { type CarrierParts, carrierAside, carrierTaps } from './carrier-fix.ts'
import { type ClockTapParts, clockTaps } from './clock-taps.ts'
import { type CommandTapParts, commandTaps } from './command-taps.ts'
import { remembering } from './conversation-memory.ts'
import { talkTaps } from './conversation-taps.ts'
import { type DelegateParts, delegateAside, delegateTaps } from './delegate.ts'
import { type FlowEditParts, flowAside, flowSettled, flowTaps } from './flow-edit.ts'
import { typedWithdrawal } from './handoff.ts'
import { type PeopleParts, peopleAside, peopleTaps } from './level-people.ts'
import { signPhotoTaps } from './logistics-signed.ts'
import { limitedTaps } from './lookup-limit.ts'
import { type ExportParts, exportAside } from './order-export.ts'
import { type FollowParts, followAside, followTaps } from './order-follow.ts'
import { nextPageAside, orderListTaps } from './order-list.ts'
import { type PhotoTapParts, photoTaps } from './photo-taps.ts'
import { profileTaps } from './profile.ts'
import type { Answerer, Aside } from './question.ts'
import { receiptTaps } from './receipt.ts'
import { type RefundConfirmParts, refundTaps } from './refund-confirm.ts'
import { type MismatchTapParts, mismatchTaps } from './refund-mismatch.ts'
import { returnCreateAside, returnCreateTaps } from './return-create.ts'
import { returnReceiveTaps } from './return-receive.ts'
import { type ReceivePageParts, receivePageAside, scanAside } from './return-scan.ts'
import { returnTaps } from './return-taps.ts'
import { type ReverseParts, reverseTaps } from './reverse.ts'
import { foreignTap } from './rights.ts'
import type { Route } from './route.ts'
import { statsTap } from './stats.ts'
import { stockTaps } from './stock-check.ts'
import type { TapHandler } from './taps.ts'
import { type TouchParts, touchAside, touchTaps } from './touch-health.ts'
import { type UndoParts, undoAside, undoTaps } from './undo.ts'
import { type ViewParts, viewAside } from './views.ts'
import { typedVotes } from './votes.ts'
import { nothingToConfirm, settleTyped, writeTaps } from './write-taps.ts'
import { typedReason } from './write-typed.ts'

export type DeskParts = FlowEditParts &
  TouchParts &
  ReceivePageParts &
  ApprovalTapsParts &
  AnswerParts &
  RefundConfirmParts &
  FollowParts &
  PhotoTapParts &
  ViewParts &
  ExportParts &
  CommandTapParts &
  MismatchTapParts &
  UndoParts &
  ReverseParts &
  ClockTapParts &
  PeopleParts &
  DelegateParts &
  BulkParts &
  CarrierParts

/** What the desk answers in chat. The first route that takes an event has it; photos and files have routes of their own. */
export function routes(parts: DeskParts): readonly Route[] {
  const table = answerers(parts)
  const taps = tapsOf(parts, table)
  return [
    { name: 'ask', needs: 'ask', take: only('text'), handle: ask(parts, table, asidesOf(parts)) },
    {
      name: 'card-tap',
      needs: 'ask',
      take: only('card-tap'),
      handle: remembering(
        parts.memory,
        cardActions(parts, limitedTaps(parts.budget, taps), foreignTap(parts.rights), parts.rights.badTap),
      ),
    },
    { name: 'welcome', needs: 'ask', take: only('join'), handle: async (event: ChatEvent) => welcome(event) },
  ] satisfies readonly RouteOf[]
}

/** Lines that are said to the desk rather than asked; the first that takes one has it. */
function asidesOf(parts: DeskParts): readonly Aside[] {
  return [
    // names and purposes are people's own words: 导出 用途：取消单核对 drops no draft
    viewAside(parts),
    exportAside(parts),
    typedVotes(parts),
    typedWithdrawal(parts),
    flowSettled(parts),
    settleTyped(parts),
    typedReason(parts),
    undoAside(parts),
    carrierAside(parts),
    flowAside(parts),
    touchAside(parts),
    peopleAside(parts),
    delegateAside(parts),
    bulkAside(parts),
    receivePageAside(parts),
    scanAside(parts),
    returnCreateAside(parts),
    followAside(parts),
    nextPageAside(parts),
    nothingToConfirm,
  ]
}

/** What every button does: an action without a line here does not compile. */
function tapsOf(parts: DeskParts, table: Readonly<Record<Intent, Answerer>>): Readonly<Record<ActionName, TapHandler>> {
  return {
    ...orderTaps(parts, table),
    ...orderListTaps(parts),
    ...signPhotoTaps(parts),
    ...followTaps(parts),
    ...returnTaps(parts, table),
    ...stockTaps(parts),
    ...talkTaps(parts, table),
    ...writeTaps(parts),
    ...photoTaps(parts),
    ...returnCreateTaps(parts),
    ...returnReceiveTaps(parts),
    ...receiptTaps(parts),
    ...refundTaps(parts),
    ...profileTaps(parts),
    ...carrierTaps(parts),
    ...flowTaps(parts),
    ...touchTaps(parts),
    ...approvalTaps(parts),
    ...clockTaps(parts),
    ...peopleTaps(parts),
    ...delegateTaps(parts),
    ...bulkTaps(parts),
    ...commandTaps(parts),
    ...mismatchTaps(parts),
    ...undoTaps(parts),
    ...reverseTaps(parts),
    'alert.page': alertTap(parts),
    'stats.open': statsTap(parts),
  }
}

type RouteOf = { [K in ChatEvent['kind']]: Route<Extract<ChatEvent, { kind: K }>> }[ChatEvent['kind']]

function only<K extends ChatEvent['kind']>(kind: K): (event: ChatEvent) => Extract<ChatEvent, { kind: K }> | undefined {
  return (event) => (event.kind === kind ? (event as Extract<ChatEvent, { kind: K }>) : undefined)
}

function welcome(event: ChatEvent): Reply {
  const mask = event.conversation.kind === 'group'
  return { kind: 'card', card: helpCard(), trace: { intent: 'help', slots: {}, expect: 'answer', mask } }
}
