import type { ChatEvent } from '../src/chat/event.ts'
import type { Member, Permission } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'

/** One ability of the desk in chat: which events it takes, what the sender must be allowed, how it answers. */
export type Route<E extends ChatEvent = ChatEvent> = {
  readonly name: string
  take(event: ChatEvent): E | undefined
  readonly needs: Permission
  handle(event: E, member: Member): Promise<Reply>
}
