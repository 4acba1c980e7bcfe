import type { ChatMemory, Place, Remembered } from '../../handlers/question.ts'
import type { Clock } from '../../src/runtime/clock.ts'

/** What hub/chat-memory.ts does, in this process. */
export function memoryOfTalk(clock: Clock): ChatMemory {
  const kept = new Map<string, Remembered>()
  const keyOf = ({ platform, conversationId, memberId }: Place) => JSON.stringify([platform, conversationId, memberId])
  return {
    recall: async (place) => {
      const found = kept.get(keyOf(place))
      return found !== undefined && clock.nowMs() - found.atMs < 600_000 ? found : undefined
    },
    remember: async (place, looked) => {
      kept.set(keyOf(place), { ...looked, atMs: clock.nowMs() })
    },
    forget: async (place) => {
      kept.delete(keyOf(place))
    },
  }
}
