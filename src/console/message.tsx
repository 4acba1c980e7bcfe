import { memo, type ReactNode } from 'react'
import { AttachmentView, LocalFile } from './attachment-view.tsx'
import { BotAvatar, PersonaAvatar } from './avatar.tsx'
import { Answer, Bubble } from './bubble.tsx'
import { CardView } from './card-view.tsx'
import type { Unsent } from './outbox.ts'
import { text } from './text.ts'
import { chatTime } from './time.ts'
import type { Item } from './view.ts'
import type { Directory } from './wire.ts'

/** What a message may do to the page around it. */
type MessageActions = {
  readonly onTap: (cardId: string, token: string, label: string) => void
  readonly onResend: (id: string) => void
  readonly onDrop: (id: string) => void
  readonly onToast: (words: string) => void
}

export type MessageProps = {
  readonly item: Item
  readonly me: string
  readonly inGroup: boolean
  readonly nowMs: number
  readonly directory: Directory
  readonly tapping: string | undefined
  readonly actions: MessageActions
}

export const Message = memo(function Message({ item, me, inGroup, nowMs, directory, tapping, actions }: MessageProps) {
  const nameOf = (id: string) => directory.personas.find(({ persona }) => persona === id)?.name ?? id
  switch (item.kind) {
    case 'time':
      return <time className="between">{chatTime(item.atMs, nowMs)}</time>
    case 'tapped':
      return <p className="between">{text.tapped(item.persona === me ? text.you : nameOf(item.persona), item.label)}</p>
    case 'said': {
      const { entry } = item
      return (
        <Said
          mine={entry.persona === me}
          persona={entry.persona}
          name={inGroup ? nameOf(entry.persona) : undefined}
          unsent={item.unsent}
          actions={actions}
        >
          {entry.text !== '' && (
            <Bubble words={entry.text} mention={inGroup ? directory.assistant.mention : undefined} />
          )}
          {entry.attachment !== undefined && <AttachmentView attachment={entry.attachment} />}
        </Said>
      )
    }
    case 'unsent':
      return (
        <Said mine persona={me} name={inGroup ? nameOf(me) : undefined} unsent={item.unsent} actions={actions}>
          {item.unsent.message.text !== undefined && (
            <Bubble words={item.unsent.message.text} mention={inGroup ? directory.assistant.mention : undefined} />
          )}
          {item.unsent.file !== undefined && <LocalFile file={item.unsent.file} />}
        </Said>
      )
    case 'text':
      return (
        <FromBot name={directory.assistant.name} to={inGroup && item.to !== undefined ? nameOf(item.to) : undefined}>
          <Answer words={item.text} forCopy={item.forCopy} onToast={actions.onToast} />
        </FromBot>
      )
    case 'card':
      return (
        <FromBot name={directory.assistant.name} to={inGroup && item.to !== undefined ? nameOf(item.to) : undefined}>
          <CardView
            card={item.card}
            tapping={tapping}
            onTap={(token, label) => actions.onTap(item.cardId, token, label)}
          />
        </FromBot>
      )
    case 'thinking':
      return (
        <FromBot name={directory.assistant.name} to={undefined}>
          <p className="bubble thinking" role="status">
            <span className="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {text.thinking}
          </p>
        </FromBot>
      )
  }
})

function FromBot({
  name,
  to,
  children,
}: {
  readonly name: string
  readonly to: string | undefined
  readonly children: ReactNode
}) {
  return (
    <div className="row">
      <BotAvatar />
      <div className="said">
        <p className="speaker">
          {name}
          <span className="badge">{text.botBadge}</span>
          {to !== undefined && <span className="answer-to">{text.answerTo(to)}</span>}
        </p>
        {children}
      </div>
    </div>
  )
}

type SaidProps = {
  readonly mine: boolean
  readonly persona: string
  readonly name: string | undefined
  readonly unsent: Unsent | undefined
  readonly actions: MessageActions
  readonly children: ReactNode
}

function Said({ mine, persona, name, unsent, actions, children }: SaidProps) {
  return (
    <div className={mine ? 'row row-mine' : 'row'}>
      <PersonaAvatar persona={persona} />
      <div className="said">
        {name !== undefined && !mine && <p className="speaker">{name}</p>}
        {children}
        {unsent !== undefined && unsent.state !== 'sending' && <NotSent unsent={unsent} actions={actions} />}
      </div>
    </div>
  )
}

function NotSent({ unsent, actions }: { readonly unsent: Unsent; readonly actions: MessageActions }) {
  const { id } = unsent.message
  const why = unsent.state === 'waiting' ? text.waiting : (text.problems[unsent.problem ?? ''] ?? text.notSent)
  return (
    <p className="not-sent" role="alert">
      <span className="not-sent-mark" aria-hidden="true">
        !
      </span>
      {why}
      <button type="button" className="link" onClick={() => actions.onResend(id)}>
        {text.resend}
      </button>
      <button type="button" className="link link-quiet" onClick={() => actions.onDrop(id)}>
        {text.drop}
      </button>
    </p>
  )
}
