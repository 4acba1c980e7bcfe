import type { Database, DatabaseTarget } from '../../src/db/client.ts'
import type { SalesChannel } from '../../src/hub/channel-port.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import type { ChannelWorld } from '../contracts/channel-subject.ts'
import type { Draw } from './paraphrase-draw.ts'
import { openReplayDesk, type ReplayDesk } from './replay-desk.ts'
import { between, type Happening } from './replay-history.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

export type PlayerParts = {
  readonly database: Pick<Database, 'sql'>
  readonly target: DatabaseTarget
  readonly worlds: readonly ChannelWorld[]
  readonly channels: readonly SalesChannel[]
  readonly draw: Draw
  readonly startMs: number
}

/** `lost`: pushes that their vendor gave up. */
export type Played = { readonly crashes: number; readonly pushes: number; readonly lost: number }

type Seat = { desk: ReplayDesk | undefined; downUntilMs: number }
type PushHappening = Extract<Happening, { kind: 'push' }>

/** Plays what happens to two processes that die at random messages to the database, then lets the hub come to rest. */
export async function play(parts: PlayerParts, happenings: readonly Happening[]): Promise<Played> {
  const { draw, startMs, worlds } = parts
  const time = timeOf(parts)
  const seats: readonly Seat[] = [0, 1].map(() => ({ desk: undefined, downUntilMs: startMs }))
  const ahead = [...happenings]
  const played = { crashes: 0, pushes: 0, lost: 0 }
  for (let now = ahead.shift(); now !== undefined; now = ahead.shift()) {
    if (now.kind === 'change') now.world.put(now.order)
    else if (now.kind === 'trouble') now.world.misbehave(now.how)
    else {
      await time.moveTo(now.atMs)
      played.crashes += await bury(seats, draw, time.nowMs())
      await seat(parts, seats, time)
      const desks = seats.flatMap(({ desk }) => desk ?? [])
      if (now.kind === 'tick')
        await Promise.all([...desks.map((desk) => desk.read()), meanwhile(ahead, now.atMs, time)])
      else {
        played.pushes += 1
        // a third of the pushes, or more while processes are down, finds nobody
        const desk = desks[Math.floor(draw.next() * 3)]
        if (!(await isTaken(desk, now))) played.lost += again(ahead, now, draw)
      }
    }
  }
  for (const world of worlds) world.misbehave(undefined)
  await rest(parts, seats, time)
  return played
}

/** One time for us and for all vendors; the database's own clock stays, so that what it holds back is brought nearer instead. */
function timeOf({ database: { sql }, worlds, startMs }: PlayerParts) {
  const clock = movableClock()
  let databaseMs = startMs
  const show = (atMs: number) => {
    for (const one of [clock, ...worlds.map((world) => world.clock)]) one.setOffset(atMs - Date.now())
  }
  show(startMs)
  return {
    clock,
    nowMs: () => clock.nowMs(),
    show,
    moveTo: async (atMs: number) => {
      show(atMs)
      const passed = Math.max(atMs - databaseMs, 0)
      databaseMs += passed
      await sql`
        UPDATE outbox SET due_at = due_at - ${passed}::float8 * interval '1 ms',
          leased_until = leased_until - ${passed}::float8 * interval '1 ms' WHERE state = 'ready'`
      await sql`
        UPDATE source_cursors SET due_at = due_at - ${passed}::float8 * interval '1 ms',
          leased_until = leased_until - ${passed}::float8 * interval '1 ms'`
    },
  }
}
type Time = ReturnType<typeof timeOf>

/** How many died since. */
async function bury(seats: readonly Seat[], draw: Draw, nowMs: number): Promise<number> {
  const dead = seats.filter(({ desk }) => desk?.isDead())
  for (const one of dead) {
    await one.desk?.close()
    one.desk = undefined
    one.downUntilMs = nowMs + between(draw, 5_000, 9 * hourMs)
  }
  return dead.length
}

async function seat({ target, channels, draw }: PlayerParts, seats: readonly Seat[], time: Time): Promise<void> {
  for (const one of seats) {
    if (one.desk !== undefined || one.downUntilMs > time.nowMs()) continue
    const afterMessages = 20 + Math.floor(draw.next() * 700)
    one.desk = await openReplayDesk(target, channels, time.clock, { afterMessages, heard: draw.chance(0.5) })
  }
}

/** Orders change while the lists are read. */
async function meanwhile(ahead: Happening[], fromMs: number, time: Time): Promise<void> {
  for (let next = ahead[0]; next?.kind === 'change' && next.atMs < fromMs + hourMs; next = ahead[0]) {
    ahead.shift()
    await new Promise((resolve) => setImmediate(resolve))
    time.show(next.atMs)
    next.world.put(next.order)
  }
}

/** True when it was answered in the vendor's words; nobody listens where the process is down. */
async function isTaken(desk: ReplayDesk | undefined, { world, orderNo, key }: PushHappening): Promise<boolean> {
  const frame = world.push(orderNo, key)
  if (frame === undefined) return true
  if (desk === undefined || desk.isDead()) return false
  const path = `/callback/${world.channel.name}${frame.path ? `/${frame.path}` : ''}`
  const { headers, body } = frame
  const answer = await desk.take(`${path}?${frame.query ?? ''}`, { method: 'POST', headers, body })
  if (answer === undefined || answer.status === 503) return false
  if ((await answer.text()) !== frame.ack) throw new Error(`the door answered ${answer.status} in other words`)
  return true
}

/** The vendor comes again for a while, then gives up: 1 when it does. */
function again(ahead: Happening[], push: PushHappening, draw: Draw): number {
  if (push.tries <= 1) return 1
  const next = { ...push, atMs: push.atMs + between(draw, 10_000, hourMs), tries: push.tries - 1 }
  const at = ahead.findIndex(({ atMs }) => atMs > next.atMs)
  ahead.splice(at < 0 ? ahead.length : at, 0, next)
  return 0
}

/** A day later one process that nothing happens to has read all that there is. */
async function rest(parts: PlayerParts, seats: readonly Seat[], time: Time): Promise<void> {
  for (const { desk } of seats) await desk?.close()
  const desk = await openReplayDesk(parts.target, parts.channels, time.clock)
  try {
    for (const days of [31, 32, 33]) {
      await time.moveTo(parts.startMs + days * 24 * hourMs)
      await desk.read()
    }
  } finally {
    await desk.close()
  }
}
