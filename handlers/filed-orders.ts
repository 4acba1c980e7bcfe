import type { FiledOrder } from '../src/hub/feed.ts'
import type { OutboxEntry } from '../src/hub/outbox.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { filedTexts as texts } from '../src/text/zh-pos.ts'
import { chatEntry } from './tasks.ts'

/** What the person who filed a form hears in a direct message, once for each version; nothing for a fault that is not theirs to mend. */
export function filedEntry(filed: FiledOrder): readonly OutboxEntry[] {
  const text = words(filed)
  if (text === undefined) return []
  const { platform, userId, no, atMs } = filed
  const message = {
    key: `filed:${no}:${atMs}`,
    to: { platform, kind: 'direct', id: userId },
    reply: { kind: 'text', text },
  } as const
  return [chatEntry(message)]
}

function words({ shownNo, became }: FiledOrder): string | undefined {
  switch (became.kind) {
    case 'created':
      return texts.created(shownNo)
    case 'changed':
      return texts.changed(shownNo)
    case 'revoked':
      return texts.revoked(shownNo)
    case 'quarantined':
      return texts.quarantined(shownNo, became.reason)
    case 'unreadable': {
      const field = ownField.exec(became.problem)?.[1]
      return field === undefined ? undefined : texts.unreadable(shownNo, field)
    }
    default:
      return assertNever(became)
  }
}

/** A problem begins with its field: those of the form are called in Chinese, those of the vendor are not. */
const ownField = /^(\S*\p{Script=Han}\S*) (?:has|is)\b/u
