import { useState } from 'react'
import { useDeskNow } from './hooks.ts'
import { icons } from './icons.tsx'
import type { State } from './store.ts'
import { text } from './text.ts'
import { deskTime, offsetText } from './time.ts'

export type ClockMoverProps = { readonly clock: State['clock']; readonly onMove: (offsetMs: number) => void }

/** Shows the desk's time and moves it: deadlines and reminders can be seen without waiting for them. */
export function ClockMover({ clock, onMove }: ClockMoverProps) {
  const { date, clock: time } = deskTime(useDeskNow(clock, 1_000))
  const [earlier, setEarlier] = useState<readonly number[]>([])
  const moved = offsetText(clock.offsetMs)
  const move = (offsetMs: number) => {
    setEarlier([...earlier, clock.offsetMs])
    onMove(offsetMs)
  }
  const back = () => {
    onMove(earlier.at(-1) ?? 0)
    setEarlier(earlier.slice(0, -1))
  }
  return (
    <section className="clock" aria-label={text.deskClock}>
      <p className="clock-label">
        {icons.clock}
        {text.deskClock}
        <span className={moved === undefined ? 'clock-state' : 'clock-state clock-moved'}>
          {moved === undefined ? text.realTime : text.moved(moved)}
        </span>
      </p>
      <p className="clock-now">
        <span className="clock-time">{time}</span>
        <span className="clock-date">{date}</span>
      </p>
      <div className="clock-steps">
        {text.clockSteps.map(({ label, ms }) => (
          <button key={label} type="button" onClick={() => move(clock.offsetMs + ms)}>
            {label}
          </button>
        ))}
      </div>
      <div className="clock-steps">
        <button type="button" disabled={earlier.length === 0} onClick={back}>
          {text.stepBack}
        </button>
        <button type="button" disabled={moved === undefined} onClick={() => move(0)}>
          {text.backToNow}
        </button>
      </div>
    </section>
  )
}
