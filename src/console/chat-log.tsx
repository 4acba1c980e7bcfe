import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useDeskNow } from './hooks.ts'
import { icons } from './icons.tsx'
import { Message } from './message.tsx'
import type { Desk, State } from './store.ts'
import { text } from './text.ts'
import { type Item, viewOf } from './view.ts'

/** Within this many pixels of the end the chat follows what is new. */
const followPx = 80

/** The messages of the open chat. */
export function ChatLog({ desk, state }: { readonly desk: Desk; readonly state: State }) {
  const nowMs = useDeskNow(state.clock, 5_000)
  const lines = state.lines[state.chat]
  const unsent = useMemo(
    () => state.unsent.filter(({ message }) => message.chat === state.chat && message.persona === state.persona),
    [state.unsent, state.chat, state.persona],
  )
  const items = viewOf(lines, unsent, nowMs)
  const tapping = unsent.find((one) => one.message.token !== undefined && one.state === 'sending')?.message
  const actions = useMemo(
    () => ({ onTap: desk.tap, onResend: desk.retry, onDrop: desk.drop, onToast: desk.toast }),
    [desk],
  )
  const scroll = useFollow(`${state.persona}.${state.chat}.${state.ready}`, items.at(-1), state.persona)

  return (
    <div className="log-frame">
      <div className="log" ref={scroll.frame} onScroll={scroll.onScroll} role="log" aria-label={text.messages}>
        <div className="log-inside" ref={scroll.inside}>
          {!state.ready && state.link !== 'gone' && <p className="between">{text.loading}</p>}
          {state.ready && lines.length === 0 && unsent.length === 0 && <EmptyChat desk={desk} state={state} />}
          {state.directory !== undefined &&
            items.map((item) => (
              <Message
                key={item.key}
                item={item}
                me={state.persona}
                inGroup={state.chat === 'group'}
                nowMs={Math.floor(nowMs / 60_000) * 60_000}
                directory={state.directory as NonNullable<State['directory']>}
                tapping={item.kind === 'card' && tapping?.cardId === item.cardId ? tapping.token : undefined}
                actions={actions}
              />
            ))}
        </div>
      </div>
      {scroll.behind && (
        <button type="button" className="below" onClick={scroll.toEnd}>
          {icons.down}
          {text.newBelow}
        </button>
      )}
    </div>
  )
}

function EmptyChat({ desk, state }: { readonly desk: Desk; readonly state: State }) {
  const mention = state.directory?.assistant.mention ?? ''
  const inGroup = state.chat === 'group'
  return (
    <section className="empty">
      <img src="/play/icon.svg" alt="" width="56" height="56" />
      <h2>{text.empty.title}</h2>
      <p>{inGroup ? text.empty.group(mention) : text.empty.direct}</p>
      {state.samples.length > 0 && (
        <>
          <p className="empty-try">{text.empty.try}</p>
          <div className="chips">
            {state.samples.map((question) => {
              const words = inGroup ? `${mention} ${question}` : question
              return (
                <button key={question} type="button" className="chip" onClick={() => desk.say(words)}>
                  {words}
                </button>
              )
            })}
          </div>
        </>
      )}
    </section>
  )
}

/** What I just said, and what answers me, is brought into view wherever I have scrolled to. */
function isMine(item: Item | undefined, me: string): boolean {
  if (item === undefined) return false
  if (item.kind === 'said') return item.entry.persona === me
  return item.kind === 'unsent' || ((item.kind === 'text' || item.kind === 'card') && item.to === me)
}

/** Keeps the end in view unless the reader has scrolled up; then tells that something new stands below. */
function useFollow(chat: string, last: Item | undefined, me: string) {
  const frame = useRef<HTMLDivElement>(null)
  const inside = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  const lastTop = useRef(0)
  const [behind, setBehind] = useState(false)

  const toEnd = () => {
    following.current = true
    setBehind(false)
    frame.current?.scrollTo({ top: frame.current.scrollHeight })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: another chat begins at its end
  useLayoutEffect(toEnd, [chat])
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again whenever something was added
  useLayoutEffect(() => {
    if (following.current || isMine(last, me)) toEnd()
    else if (last?.kind !== 'thinking') setBehind(true)
  }, [last?.key])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a photo or a card that grows later moves the end
  useEffect(() => {
    if (inside.current === null || frame.current === null) return
    const watch = new ResizeObserver(() => following.current && toEnd())
    watch.observe(inside.current)
    watch.observe(frame.current)
    return () => watch.disconnect()
  }, [])
  const onScroll = () => {
    const box = frame.current
    if (box === null) return
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < followPx
    // only a hand scrolls up: a photo that grows under our own scrolling leaves the end below, and is followed
    if (atEnd) following.current = true
    else if (box.scrollTop < lastTop.current) following.current = false
    lastTop.current = box.scrollTop
    if (following.current) setBehind(false)
  }
  return { frame, inside, behind, toEnd, onScroll }
}
