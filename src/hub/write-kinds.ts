import { approveLevel, lookDecide } from './approve-level.ts'
import { cancelOrder, lookCancel } from './cancel-order.ts'
import { callCarrier, lookCall } from './carrier-calls.ts'
import { createReturn, lookCreate } from './create-return.ts'
import { editWaybill, lookEdit } from './edit-waybill.ts'
import { lookSigner, markSigner } from './mark-signer.ts'
import { addNote, lookNote } from './notes.ts'
import type { PersonalData } from './personal.ts'
import { lookReceive, receiveReturn } from './receive-return.ts'
import type { ReturnApproved } from './return-actions.ts'
import type { Applied, By, Look, Plan, Sql, Wish } from './write.ts'

/** What stands in the way of a wish, or what it would change, at this moment; `lock` keeps it so until the transaction ends. */
export async function lookAt(tx: Sql, wish: Wish, by: By, lock: boolean): Promise<Look> {
  switch (wish.kind) {
    case 'order.cancel':
      return lookCancel(tx, wish, by, lock)
    case 'order.edit_waybill':
      return lookEdit(tx, wish, by, lock)
    case 'order.mark_signer':
      return lookSigner(tx, wish, by, lock)
    case 'return.add_note':
      return lookNote(tx, wish, by, lock)
    case 'logistics.call_carrier':
      return lookCall(tx, wish, by, lock)
    case 'approval.decide':
      return lookDecide(tx, wish, by, lock)
    case 'return.create':
      return lookCreate(tx, wish, by, lock)
    case 'return.receive':
      return lookReceive(tx, wish, by, lock)
  }
}

type Parts = {
  readonly personal: PersonalData
  readonly newId: (prefix: string) => string
  /** Closes the warehouse's to-do of a return whose goods are in; true where there was one. */
  readonly closeTodo?: ((tx: Sql, returnId: string) => Promise<boolean>) | undefined
  /** What follows when the last level has said yes. */
  readonly returnApproved?: ReturnApproved | undefined
}

/** Makes the change. The plan was looked at under locks in this transaction. */
export async function carryOut(tx: Sql, plan: Plan, by: By, parts: Parts): Promise<Applied> {
  switch (plan.kind) {
    case 'order.cancel':
      return cancelOrder(tx, plan, by, parts)
    case 'order.edit_waybill':
      return editWaybill(tx, plan, by, parts)
    case 'order.mark_signer':
      return markSigner(tx, plan, by, parts)
    case 'return.add_note':
      return addNote(tx, plan, by, parts)
    case 'logistics.call_carrier':
      return callCarrier(tx, plan, by)
    case 'approval.decide':
      return approveLevel(tx, plan, by, parts)
    case 'return.create':
      return createReturn(tx, plan, by, parts)
    case 'return.receive':
      return receiveReturn(tx, plan, by, parts)
  }
}
