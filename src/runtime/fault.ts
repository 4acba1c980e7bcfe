/** Where a test may kill the process, to prove that nothing answered is lost (see docs/decisions for the promises). */
export type FaultPoint =
  | 'inbox.inserted'
  | 'commit.before'
  | 'commit.after'
  | 'ack.before'
  | 'outbox.claimed'
  | 'send.before'
  | 'send.after'
  | 'mark.before'
  | 'timer.claimed'
  | 'migration.between'

let armed: string | undefined
let passesLeft = 0

/**
 * Arms one fault point for this process: `name`, or `name:3` for the third time it is passed. Called once at start with
 * the environment's CHADAN_FAULT; without it every faultPoint is one comparison with undefined.
 */
export function enableFaults(fault: string | undefined): void {
  const [name, pass] = fault?.split(':') ?? []
  armed = name || undefined
  passesLeft = Number(pass ?? 1)
}

/** Dies here as from a power cut when this point is armed, else does nothing. */
export function faultPoint(name: FaultPoint): void {
  if (armed === undefined || armed !== name) return
  passesLeft -= 1
  if (passesLeft <= 0) process.kill(process.pid, 'SIGKILL')
}
