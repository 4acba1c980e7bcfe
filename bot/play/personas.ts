import type { Conversation, PlatformUser } from '../../src/chat/event.ts'
import { playPersonaTexts } from '../../src/text/play.ts'

export const personaIds = ['cs', 'cs_lead', 'warehouse', 'finance', 'director', 'ops', 'it', 'stranger'] as const
export type PersonaId = (typeof personaIds)[number]

/** The chat with the bot alone, or the one group that everybody shares. */
export const chatKinds = ['direct', 'group'] as const
export type ChatKind = (typeof chatKinds)[number]

const groupId = 'play-group'

/** The platform's user id of a persona: what member accounts of platform `play` map to. */
export function userIdOf(persona: PersonaId): string {
  return `play-${persona}`
}

/** The play platform vouches for its users; that a stranger is no member is for the member list to say. */
export function userOf(persona: PersonaId): PlatformUser {
  return { id: userIdOf(persona), name: playPersonaTexts[persona].name, trusted: true }
}

export function conversationOf(persona: PersonaId, chat: ChatKind): Conversation {
  return { platform: 'play', kind: chat, id: chat === 'group' ? groupId : userIdOf(persona) }
}

/** Whose direct chat it is; undefined for the group and for ids that are none of ours. */
export function personaOfDirect(conversationId: string): PersonaId | undefined {
  return personaIds.find((persona) => userIdOf(persona) === conversationId)
}
