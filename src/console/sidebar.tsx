import { useEffect, useRef } from 'react'
import { PersonaAvatar } from './avatar.tsx'
import { ClockMover } from './clock-mover.tsx'
import { icons } from './icons.tsx'
import type { Desk, State } from './store.ts'
import { text } from './text.ts'

export type SidebarProps = {
  readonly desk: Desk
  readonly state: State
  /** On a narrow screen it is a drawer. */
  readonly drawer: boolean
  readonly open: boolean
  readonly onClose: () => void
}

/** Who I am and what time it is. */
export function Sidebar({ desk, state, drawer, open, onClose }: SidebarProps) {
  const panel = useRef<HTMLElement>(null)
  const shut = drawer && !open
  useEffect(() => {
    if (!drawer || !open) return
    panel.current?.querySelector<HTMLElement>('input:checked')?.focus()
    const closeOnEscape = (event: KeyboardEvent) => event.key === 'Escape' && onClose()
    document.addEventListener('keydown', closeOnEscape)
    return () => document.removeEventListener('keydown', closeOnEscape)
  }, [drawer, open, onClose])
  return (
    <>
      {drawer && open && <button type="button" className="shade" aria-label={text.close} onClick={onClose} />}
      <aside ref={panel} className={shut ? 'side side-shut' : 'side'} inert={shut}>
        <header className="brand">
          <img src="/play/icon.svg" alt="" width="34" height="34" />
          <span>
            <strong>{text.product}</strong>
            <small>{text.tagline}</small>
          </span>
          {drawer && (
            <button type="button" className="icon-button" aria-label={text.close} onClick={onClose}>
              {icons.close}
            </button>
          )}
        </header>
        <fieldset className="personas">
          <legend>{text.playing}</legend>
          {state.directory?.personas.map(({ persona, name, role, does }) => (
            <label key={persona} className="persona">
              <input
                type="radio"
                name="persona"
                value={persona}
                checked={persona === state.persona}
                onChange={() => desk.choose(persona)}
                onClick={onClose}
              />
              <PersonaAvatar persona={persona} />
              <span className="persona-words">
                <span className="persona-name">
                  {name}
                  <span className="persona-role">{role}</span>
                </span>
                <span className="persona-does">{does}</span>
              </span>
              {state.unreadPersonas.has(persona) && <span className="dot" role="img" aria-label={text.unread} />}
            </label>
          ))}
        </fieldset>
        <ClockMover clock={state.clock} onMove={desk.moveClock} />
      </aside>
    </>
  )
}
