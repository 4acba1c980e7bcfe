import type { ActionCodec, ActionName } from '../cards/actions.ts'
import { commandReplayedCard } from '../cards/command-failed.ts'
import type { CommandLedger, LedgerEntry } from '../src/hub/command-ledger.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { commandTexts as texts } from '../src/text/zh-commands.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import { traceOf } from './question.ts'
import { questionOf, redrawn, type Tap, type TapHandler, tapText } from './taps.ts'

export type CommandTapParts = {
  readonly codec: ActionCodec
  readonly commands: CommandLedger
}

/** [重试] on IT's card: the command has its three tries again, once per failure. */
export function commandTaps(parts: CommandTapParts) {
  return { 'command.retry': (tap) => retry(parts, tap) } as const satisfies Partial<Record<ActionName, TapHandler>>
}

async function retry({ codec, commands }: CommandTapParts, tap: Tap) {
  const replayed = await commands.replay(tap.args[0] ?? '', tap.member.id)
  switch (replayed.outcome) {
    case 'replayed': {
      const card = commandReplayedCard(replayed.entry, replayed.atMs, { nowMs: tap.view.nowMs, codec })
      const trace = traceOf(questionOf(tap, 'return.status', 'confirm'))
      return redrawn(tap, { kind: 'card', card, trace }, texts.toast)
    }
    case 'already':
      return tapText(tap, alreadyText(replayed.entry, tap), 'answer')
    case 'forbidden':
      return tapText(tap, texts.forbidden, 'deny')
    case 'gone':
      return tapText(tap, texts.gone)
    default:
      return assertNever(replayed)
  }
}

function alreadyText({ name, state, doneAtMs, replayedById, replayedBy, replayedAtMs }: LedgerEntry, { member }: Tap) {
  if (state === 'done' && doneAtMs !== undefined) return texts.done(name, secondsText(doneAtMs))
  const who = replayedById === member.id ? texts.you : (replayedBy ?? '')
  return texts.already(name, who, secondsText(replayedAtMs ?? 0))
}
