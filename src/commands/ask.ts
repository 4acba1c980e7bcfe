import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { think } from '../../bot/think.ts'
import { traceToJson } from '../../handlers/ask-line.ts'
import { routes } from '../../handlers/routes.ts'
import { answerParts } from '../answer-parts.ts'
import type { ChatEvent } from '../chat/event.ts'
import { type Role, roles } from '../chat/member.ts'
import { openHub } from '../hub-parts.ts'
import { type Clock, fixedClock, systemClock } from '../runtime/clock.ts'
import { randomIds } from '../runtime/ids.ts'
import { ensureSample } from '../sample.ts'
import { codecOf } from '../signed-links.ts'
import { openStore } from '../store.ts'
import type { Command, CommandInput } from './command.ts'

const usage = `ask "TEXT" [--as cs|cs_lead|warehouse|finance|director|ops|it|stranger] [--chat direct|group] [--at ISO] [--json]
ask --file QUESTIONS.json [--at ISO] [--json]: one answer a line, with the question's id.
Asks the desk what a member of that role would ask in chat. Nothing is sent, nothing is remembered.`

type Asked = {
  readonly id?: string
  readonly text: string
  readonly as: Role | 'stranger'
  readonly chat: 'direct' | 'group'
  readonly hasPhoto: boolean
}

type Options = {
  readonly as: string
  readonly chat: string
  readonly at?: string | undefined
  readonly json: boolean
  readonly file?: string | undefined
}

export const ask: Command = {
  usage,
  run: async (input) => {
    const { values, positionals } = parseArgs({
      args: [...input.args],
      allowPositionals: true,
      options: {
        as: { type: 'string', default: 'cs' },
        chat: { type: 'string', default: 'direct' },
        at: { type: 'string' },
        file: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const fault = faultOf(values)
    if (fault !== undefined || (values.file === undefined && positionals.length === 0)) {
      input.print(fault ?? usage)
      return 1
    }
    const asked: readonly Asked[] =
      values.file === undefined
        ? [
            {
              text: positionals.join(' '),
              as: values.as as Asked['as'],
              chat: values.chat as Asked['chat'],
              hasPhoto: false,
            },
          ]
        : questionsOf(JSON.parse(await readFile(values.file, 'utf8')))
    const clock = values.at === undefined ? systemClock : fixedClock(Date.parse(values.at))
    await answerAll(input, asked, clock, values.json)
    return 0
  },
}

function faultOf({ as, chat, at }: Options): string | undefined {
  if (as !== 'stranger' && !roles.some((role) => role === as))
    return `--as takes one of: ${roles.join(', ')}, stranger.`
  if (chat !== 'direct' && chat !== 'group') return '--chat takes direct or group.'
  if (at !== undefined && Number.isNaN(Date.parse(at))) return '--at takes a moment like 2026-11-22T10:00:00+08:00.'
  return undefined
}

type QuestionFile = {
  readonly questions: readonly {
    readonly id: string
    readonly text: string
    readonly context?: { readonly role?: string; readonly chat?: string; readonly attachment?: string }
  }[]
}

/** The format of the question set: {questions: [{id, text, context: {role, chat, attachment}}]}, or the bare list. */
function questionsOf(file: QuestionFile | QuestionFile['questions']): readonly Asked[] {
  const questions = 'questions' in file ? file.questions : file
  return questions.map(({ id, text, context = {} }) => ({
    id,
    text,
    as: roles.find((role) => role === context.role) ?? (context.role === 'stranger' ? 'stranger' : 'cs'),
    chat: context.chat === 'group' ? 'group' : 'direct',
    hasPhoto: context.attachment !== undefined,
  }))
}

async function answerAll(
  { config, log, print }: CommandInput,
  asked: readonly Asked[],
  clock: Clock,
  json: boolean,
): Promise<void> {
  const store = await openStore(config, 'command', log)
  try {
    await ensureSample(config, store, systemClock.nowMs(), log)
    const hub = openHub({ store, dataDir: config.dataDir, clock, log })
    try {
      const ids = randomIds()
      const table = routes(answerParts(hub.answering, codecOf(store.dataKeyHex), []))
      for (const question of asked) {
        const members = { identify: async () => memberOf(question.as) }
        const { reply } = await think(
          { members, routes: table, clock, log, ids },
          eventOf(question, ids.next('ask'), clock),
        )
        const { id, text, chat, hasPhoto } = question
        const answer = traceToJson(reply, { text, atMs: clock.nowMs(), chat, hasPhoto })
        print(
          json || id !== undefined ? JSON.stringify({ ...(id === undefined ? {} : { id }), ...answer }) : answer.reply,
        )
      }
    } finally {
      await hub.close()
    }
  } finally {
    await store.close()
  }
}

function memberOf(as: Asked['as']) {
  return as === 'stranger' ? undefined : { id: `ask-${as}`, name: as, roles: [as] }
}

/** As the play chat would tell it; a photo is only said to be there. */
function eventOf({ text, as, chat, hasPhoto }: Asked, id: string, clock: Clock): ChatEvent {
  const sender = { id: `play-${as}`, trusted: true }
  const conversation = { platform: 'play', kind: chat, id: chat === 'group' ? 'play-group' : sender.id } as const
  const base = { id, platform: 'play', conversation, sender, sentAtMs: clock.nowMs() } as const
  const media = hasPhoto ? [{ platform: 'play', id: 'photo' } as const] : undefined
  return { ...base, kind: 'text', text, ...(media === undefined ? {} : { media }) }
}
