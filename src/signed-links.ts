import { createHmac } from 'node:crypto'
import type { Platform } from '../bot/platform.ts'
import { type ActionCodec, actionCodec } from '../cards/actions.ts'
import type { Config } from './config.ts'
import { exportLink } from './export-door.ts'
import type { Photos } from './hub/photos.ts'
import { photoDoor, photoLink } from './photo-door.ts'
import { systemClock } from './runtime/clock.ts'

/** Tokens on cards are signed with a key of their own, derived from the installation's. */
export function codecOf(dataKeyHex: string): ActionCodec {
  return actionCodec(keyFor(dataKeyHex, 'card actions v1'))
}

/** A key for one purpose, derived from the installation's: what signs cards opens no photo. */
export function keyFor(dataKeyHex: string, purpose: string): Buffer {
  return createHmac('sha256', Buffer.from(dataKeyHex, 'hex')).update(purpose).digest()
}

/** Vendors' doors keep the real time, and so do links: they end when they said they would. */
export function linkTo({ publicUrl, play, port }: Config, key: Buffer, photoId: string): string | undefined {
  const base = publicUrl ?? (play ? `http://localhost:${port}` : undefined)
  return base === undefined ? undefined : photoLink({ key, clock: systemClock }, base, photoId, 'crop')
}

/** The address on this machine is one for the play page alone: phones of a platform do not reach it. */
export function exportLinks(
  { publicUrl, play, port }: Config,
  key: Buffer,
  platform: Platform['name'],
): ((fileId: string) => string) | undefined {
  const base = publicUrl ?? (play && platform === 'play' ? `http://localhost:${port}` : undefined)
  return base === undefined ? undefined : (fileId) => exportLink({ key, clock: systemClock }, base, fileId)
}

/** Serves photos and their crops by signed links; a photo that was deleted is told as gone. */
export function photoMount(kept: Pick<Photos, 'storedAs' | 'bytesOf'>, key: Buffer) {
  return photoDoor({
    key,
    clock: systemClock,
    find: async (photoId, part) => {
      const storedAs = await kept.storedAs(photoId, part)
      return storedAs === undefined ? undefined : kept.bytesOf(storedAs)
    },
  })
}
