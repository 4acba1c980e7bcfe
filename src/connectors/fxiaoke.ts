import { z } from 'zod'
import type { Command, CommandName, CommandOutcome, CommandPayloads, CommandPort } from '../hub/commands.ts'
import { PlatformRefused } from '../runtime/errors.ts'
import { jsonAt, jsonText } from '../runtime/json.ts'
import { adapter, addressForm } from './adapter.ts'
import { type FxiaokeData, fxiaokeData } from './fxiaoke-calls.ts'
import { apiName, customerForm, fxiaokeCustomers } from './fxiaoke-customers.ts'
import { wholeAt } from './wire-values.ts'

const settings = z
  .strictObject({
    appId: z.string().trim().min(1),
    appSecret: z.string().min(1),
    permanentCode: z.string().min(1),
    openUserId: z.string().trim().min(1),
    /** Where words for a customer become a record; a workflow of the CRM sends them. `key` is a field of its own for our number. */
    notice: z
      .strictObject({ object: apiName, key: apiName, orderNo: apiName, about: apiName, text: apiName })
      .optional(),
    /** Which object knows an order by its number, and its field 最近履约完成时间. */
    fulfilled: z.strictObject({ object: apiName, orderNo: apiName, at: apiName }).optional(),
    serviceRecord: z
      .strictObject({
        object: apiName,
        key: apiName,
        orderNo: apiName,
        returnId: apiName,
        reason: apiName,
        refundYuan: apiName.optional(),
      })
      .optional(),
    /** Which object holds customers, its fields with phone and level, and what the CRM calls our levels. */
    customer: customerForm.optional(),
    /** As entered for the callback in the CRM's console. */
    callbackToken: z.string().min(1).optional(),
    callbackAesKey: z.string().length(43).optional(),
    baseUrl: addressForm('https://open.fxiaoke.com'),
  })
  .refine((given) => given.notice || given.fulfilled || given.serviceRecord || given.customer, {
    message: 'name at least one of notice, fulfilled, serviceRecord, customer: without them it does nothing',
  })
  .refine((given) => (given.callbackToken === undefined) === (given.callbackAesKey === undefined), {
    message: 'callbackToken and callbackAesKey go together',
  })
type Settings = z.infer<typeof settings>

/** 100 calls in 20 s for each interface. */
const perSecond = 5
/** Orders reach the CRM by its own way, which may be slower than ours. */
const noOrderYetMs = 10 * 60_000

/** 纷享销客: words for customers, the time an order was fulfilled, and records of service, as commands (open platform, 2026-11-22). */
export const fxiaoke = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond, atOnce: 2 })
  const data = fxiaokeData(given, { at, tokens: parts.tokens, log: parts.log })
  const commands: CommandPort = {
    name,
    takes: takenBy(given),
    run: async (command, key, signal) => {
      try {
        return await carryOut(data, given, command, key, signal)
      } catch (error) {
        if (error instanceof PlatformRefused) return { outcome: 'refused', reason: error.message }
        throw error
      }
    },
  }
  return {
    commands,
    ...(given.customer && { customers: fxiaokeCustomers(name, data, { ...given, customer: given.customer }) }),
    check: async (signal) => {
      const { object, field } = checkedBy(given)
      await data.find(object, field, 'chadan-doctor', signal)
    },
  }
})

/** Something that is configured, for a question without an answer. */
function checkedBy({ notice, serviceRecord, fulfilled, customer }: Settings) {
  const orders = notice ?? serviceRecord ?? fulfilled
  if (orders !== undefined) return { object: orders.object, field: orders.orderNo }
  return { object: customer?.object ?? '', field: customer?.phone ?? '' }
}

function takenBy({ notice, fulfilled, serviceRecord }: Settings): readonly CommandName[] {
  return [
    ...(notice ? (['crm.notice'] as const) : []),
    ...(fulfilled ? (['crm.field'] as const) : []),
    ...(serviceRecord ? (['crm.service_record'] as const) : []),
  ]
}

async function carryOut(
  data: FxiaokeData,
  { notice, fulfilled, serviceRecord }: Settings,
  command: Command,
  key: string,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  if (command.name === 'crm.notice' && notice !== undefined) {
    const { orderNo, about, text } = command.payload
    const fields = { [notice.orderNo]: orderNo, [notice.about]: about, [notice.text]: text }
    return once(data, notice, key, fields, signal)
  }
  if (command.name === 'crm.service_record' && serviceRecord !== undefined) {
    const { orderNo, returnId, reason, refundFen } = command.payload
    const { refundYuan } = serviceRecord
    const fields = {
      [serviceRecord.orderNo]: orderNo,
      [serviceRecord.returnId]: returnId,
      [serviceRecord.reason]: reason,
      ...(refundYuan !== undefined && refundFen !== undefined && { [refundYuan]: yuanText(BigInt(refundFen)) }),
    }
    return once(data, serviceRecord, key, fields, signal)
  }
  if (command.name === 'crm.field' && fulfilled !== undefined)
    return markFulfilled(data, fulfilled, command.payload, signal)
  return { outcome: 'refused', reason: `its settings name no object for ${command.name}` }
}

/**
 * One record for each key: the vendor has no keys of ours, so they stand in a field, looked up first. A call without answer is
 * tried again by the outbox, and then finds what it made.
 */
async function once(
  data: FxiaokeData,
  { object, key: keyField }: { readonly object: string; readonly key: string },
  key: string,
  fields: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const [known] = await data.find(object, keyField, key, signal)
  if (known !== undefined) return { outcome: 'done', receipt: { id: jsonText(known, '_id') ?? '', found: 'before' } }
  return { outcome: 'done', receipt: { id: await data.create(object, { ...fields, [keyField]: key }, signal) } }
}

/** A time that stands there and is later stays: commands may come late. */
async function markFulfilled(
  data: FxiaokeData,
  { object, orderNo: orderField, at: atField }: NonNullable<Settings['fulfilled']>,
  { orderNo, atMs }: CommandPayloads['crm.field'],
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const [order, second] = await data.find(object, orderField, orderNo, signal)
  const id = jsonText(order, '_id')
  if (id === undefined)
    return { outcome: 'retry', reason: 'the CRM does not have this order yet', afterMs: noOrderYetMs }
  if (second !== undefined) return { outcome: 'refused', reason: 'the CRM has two records of this order: join them' }
  const known = wholeAt(jsonAt(order, atField), atField)
  if (known !== undefined && known >= atMs) return { outcome: 'done', receipt: { id, found: 'before' } }
  await data.update(object, id, { [atField]: atMs }, signal)
  return { outcome: 'done', receipt: { id } }
}

const yuanText = (fen: bigint): string => `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`
