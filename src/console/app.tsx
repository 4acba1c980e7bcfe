import { type DragEvent, useCallback, useEffect, useState } from 'react'
import { PersonaAvatar } from './avatar.tsx'
import { ChatLog } from './chat-log.tsx'
import { Composer, usable } from './composer.tsx'
import { useDesk, useMedia } from './hooks.ts'
import { Sidebar } from './sidebar.tsx'
import type { Desk, State } from './store.ts'
import { text } from './text.ts'
import type { ChatKind } from './wire.ts'

/** Below this width the side panel is a drawer; the same figure stands in layout.css. */
const narrow = '(max-width: 760px)'

export function App({ desk }: { readonly desk: Desk }) {
  const state = useDesk(desk)
  const drawer = useMedia(narrow)
  const [open, setOpen] = useState(false)
  const close = useCallback(() => setOpen(false), [])
  const { persona, chat } = state
  useEffect(() => {
    history.replaceState(null, '', `#${persona}/${chat}`)
  }, [persona, chat])
  return (
    <div className="desk">
      <Sidebar desk={desk} state={state} drawer={drawer} open={open} onClose={close} />
      <Chat desk={desk} state={state} onMenu={drawer ? () => setOpen(true) : undefined} />
      <ToastView toast={state.toast} />
    </div>
  )
}

type ChatProps = { readonly desk: Desk; readonly state: State; readonly onMenu: (() => void) | undefined }

function Chat({ desk, state, onMenu }: ChatProps) {
  const [files, setFiles] = useState<readonly File[]>([])
  const [dragging, setDragging] = useState(false)
  const mention = state.chat === 'group' ? state.directory?.assistant.mention : undefined
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setDragging(false)
    setFiles([...files, ...usable([...event.dataTransfer.files], desk.toast)])
  }
  const over = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    setDragging(true)
  }
  const leave = (event: DragEvent) => {
    const into = event.relatedTarget
    if (!(into instanceof Node && event.currentTarget.contains(into))) setDragging(false)
  }
  return (
    <main className="chat" onDragOver={over} onDragLeave={leave} onDrop={drop}>
      <ChatHead desk={desk} state={state} onMenu={onMenu} />
      {state.link === 'gone' && (
        <div className="gone" role="alert">
          <span>
            {text.gone}
            <small>{text.goneNothingLost}</small>
          </span>
          <button type="button" onClick={() => desk.retry()}>
            {text.retryNow}
          </button>
        </div>
      )}
      <ChatLog desk={desk} state={state} />
      <Composer
        draftKey={`${state.persona}.${state.chat}`}
        mention={mention}
        files={files}
        onFiles={setFiles}
        onToast={desk.toast}
        onSend={(words, picked) => {
          sendAll(desk, state.chat, words, picked)
          setFiles([])
        }}
      />
      {dragging && <div className="drop">{text.dropHere}</div>}
    </main>
  )
}

/** Words go with the first photo. A file message carries none in a direct chat, so they follow it; in the group they hold the mention. */
function sendAll(desk: Desk, chat: ChatKind, words: string, files: readonly File[]): void {
  const [first, ...rest] = files
  const together = first === undefined || chat === 'group' || first.type.startsWith('image/')
  desk.say(together ? words : '', first)
  for (const file of rest) desk.say(chat === 'group' ? words : '', file)
  if (!together && words !== '') desk.say(words)
}

function ChatHead({ desk, state, onMenu }: ChatProps) {
  const { directory, chat } = state
  const title = chat === 'group' ? directory?.group.name : directory?.assistant.name
  const hint = chat === 'group' ? text.groupHint(directory?.assistant.mention ?? '') : text.directHint
  return (
    <header className="head">
      {onMenu !== undefined && (
        <button type="button" className="head-me" aria-label={text.openPersonas} onClick={onMenu}>
          <PersonaAvatar persona={state.persona} />
          {state.unreadPersonas.size > 0 && <span className="dot" />}
        </button>
      )}
      <div className="head-words">
        <h1>
          {title ?? text.product}
          <span
            className={`link-state link-${state.link}`}
            role="img"
            aria-label={linkText[state.link]}
            title={linkText[state.link]}
          />
        </h1>
        <p>{hint}</p>
      </div>
      <fieldset className="switch">
        <legend className="off-screen">{text.chatSwitch}</legend>
        {(['direct', 'group'] as const).map((kind) => (
          <label key={kind}>
            <input type="radio" name="chat" value={kind} checked={chat === kind} onChange={() => desk.open(kind)} />
            <span>
              {text[kind]}
              {state.unreadChats.has(kind) && <span className="dot" role="img" aria-label={text.unread} />}
            </span>
          </label>
        ))}
      </fieldset>
    </header>
  )
}

const linkText: Readonly<Record<State['link'], string>> = {
  connecting: text.connecting,
  open: text.connected,
  gone: text.gone,
}

/** How long a toast stays: two seconds to notice, two to read. */
const toastMs = 4_000

function ToastView({ toast }: { readonly toast: State['toast'] }) {
  const [gone, setGone] = useState<number>()
  useEffect(() => {
    if (toast === undefined) return
    const timer = setTimeout(() => setGone(toast.key), toastMs)
    return () => clearTimeout(timer)
  }, [toast])
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toast !== undefined && toast.key !== gone && (
        <p key={toast.key} className="toast">
          {toast.text}
        </p>
      )}
    </div>
  )
}
