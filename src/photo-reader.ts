import type { PhotoRead, PhotoReading, ReadPhoto } from './hub/photo-reading.ts'
import type { ReadOutcome, WaybillReader, WaybillReading } from './ocr/types.ts'

/** What the reading process says, as the hub's port has it. */
export function photoReader(reader: Pick<WaybillReader, 'read'>): ReadPhoto {
  return async (bytes) => photoRead(await reader.read(bytes))
}

function photoRead(outcome: ReadOutcome): PhotoRead {
  if (outcome.outcome === 'refused') return outcome
  if (outcome.outcome === 'failed')
    return { outcome: 'failed', reason: outcome.reason === 'worker-died' ? 'died' : outcome.reason }
  const { carrier, waybillNo, evidence, sentAt, phoneTail, orderNo, sure, ask, rivals, unreadable, phash } =
    outcome.reading
  const { crop, cropOf } = outcome.reading
  return {
    outcome: 'read',
    reading: {
      // a carrier nobody can vouch for is asked for, not shown as read
      carrier: sure.carrier ? carrier : null,
      waybillNo,
      evidence,
      sentAt:
        sentAt === null
          ? null
          : {
              atMs: sentAt.atMs,
              precision: sentAt.precision,
              ...(sentAt.label !== undefined && { label: sentAt.label }),
            },
      phoneTail: sure.phoneTail ? phoneTail : null,
      orderNo: sure.orderNo ? orderNo : null,
      ...doubtfulOf(outcome.reading),
      sure: sure.waybillNo,
      ask,
      rivals: rivals.map((rival) => rival.waybillNo),
      ...(unreadable !== null && { unreadable }),
      phash,
      ...(cropOf !== null && { cropOf }),
    },
    ...(crop !== null && { crop: crop.jpeg }),
  }
}

/** What was seen of phone and shop order and may be wrong: asked about, never acted on. */
function doubtfulOf({ phoneTail, orderNo, sure }: WaybillReading): Pick<PhotoReading, 'doubtful'> {
  const tail = sure.phoneTail ? null : phoneTail
  const order = sure.orderNo ? null : orderNo
  if (tail === null && order === null) return {}
  return { doubtful: { ...(tail !== null && { phoneTail: tail }), ...(order !== null && { orderNo: order }) } }
}

export type LazyReader = Pick<WaybillReader, 'read' | 'close'> & {
  /** Opens it ahead of the first photo; a reader that cannot start is told by the first photo and by doctor. */
  warm(): Promise<void>
}

/** Opens the reader with the first photo, so that a desk nobody sends photos to carries no models. */
export function lazyReader(open: () => Promise<WaybillReader>): LazyReader {
  let opened: Promise<WaybillReader> | undefined
  const reader = () => {
    opened ??= open().catch((error: unknown) => {
      // the next photo tries again
      opened = undefined
      throw error
    })
    return opened
  }
  return {
    read: async (bytes) => (await reader()).read(bytes),
    warm: async () => {
      await reader()
    },
    close: async () => {
      const last = await opened?.catch(() => undefined)
      await last?.close()
    },
  }
}
