import { until } from './until.ts'

// Conversations written as product.md §2 writes them, read against a real chat:
//
//   await holds(stage, `
//     小李 › 6936476692437472563 到哪了
//     ‹ 【运输中】已到杭州萧山转运中心，预计{日}送达 | 订单 抖音…2563 | [完整时间线]
//     ✗ 13800138000
//     › [完整时间线]
//     ⇒ 完整信息，在自己的单聊里
//     小林 ⇒ 在小林的单聊里
//   `)
//
// `›` said, or tapped when it is [one label]; no name = who spoke last. `‹` stands in that chat then; every part between ` | ` is
// found in one message, a space standing for what a platform puts between label and value. `✗` stands in nothing new there, once an
// answer has come. `⇒` arrives in a direct chat. {日} {刻} {时刻} {率} {额} {数} {退货} {词} are shapes, {name} a word of the stage.
// Only what is new since the last › counts: old messages prove nothing.

/** One message as it looks now: its words, then its buttons in brackets. `id` stays when it is redrawn. */
export type Standing = { readonly id: string; readonly words: string }

/** One chat as one person has it. */
export type Chat = {
  say(line: string): Promise<void>
  /** Taps the newest button with this label. */
  tap(label: string): Promise<void>
  /** Oldest first. */
  stands(): readonly Standing[] | Promise<readonly Standing[]>
}

export type Stage = {
  /** The chat in which this person speaks. */
  chat(name: string): Chat
  /** This person's own chat with the desk. */
  direct(name: string): Chat
  /** What {name} in a line stands for. */
  readonly words?: Readonly<Record<string, string>>
}

const shapes: Readonly<Record<string, string>> = {
  日: '\\d\\d-\\d\\d',
  刻: '(?:\\d\\d-\\d\\d )?\\d\\d:\\d\\d',
  时刻: '\\d\\d:\\d\\d:\\d\\d',
  率: '\\d+\\.\\d%',
  额: '¥\\d[\\d,]*(?:\\.\\d{1,2})?',
  数: '\\d+',
  退货: 'TH\\d{10}',
  词: '[^\\n|]+?',
}

type Line = { readonly who: string | undefined; readonly mark: '›' | '‹' | '✗' | '⇒'; readonly text: string }

const answerMs = 10_000

/** Plays the conversation line by line; throws with the line and what stood there instead. */
export async function holds(stage: Stage, conversation: string): Promise<void> {
  let speaker = ''
  let answered = false
  let before = new Map<string, ReadonlyMap<string, string>>()
  const lines = linesOf(conversation, stage.words ?? {})
  const names = lines.flatMap(({ who }) => who ?? [])
  for (const { who, mark, text } of lines) {
    if (mark === '›') {
      speaker = who ?? speaker
      answered = false
      before = await allStanding(stage, names)
      await speak(stage.chat(speaker), text)
      continue
    }
    const name = who ?? speaker
    const direct = mark === '⇒'
    const chat = direct ? stage.direct(name) : stage.chat(name)
    const known = before.get(`${direct ? '⇒' : '‹'}${name}`) ?? new Map()
    if (mark !== '✗') {
      await until(async () => expectIn(await news(chat, known), `${mark} ${text}`, text), answerMs)
      answered = true
      continue
    }
    if (!answered) throw new Error(`✗ ${text} would hold before anything was said`)
    refuse(await news(chat, known), text)
  }
}

async function speak(chat: Chat, text: string): Promise<void> {
  const label = /^\[([^[\]]+)\]$/.exec(text)?.[1]
  await (label === undefined ? chat.say(text) : chat.tap(label))
}

function linesOf(conversation: string, words: Readonly<Record<string, string>>): readonly Line[] {
  const lines = conversation.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const parts = /^(\S+ )?([›‹✗⇒]) (.+)$/u.exec(line)
      if (parts === null) throw new Error(`no line of a conversation: ${line}`)
      const [, who, mark, text = ''] = parts
      const filled = text.replace(/\{([^{}]+)\}/g, (whole, name: string) => words[name] ?? whole)
      return { who: who?.trim(), mark: mark as Line['mark'], text: filled }
    })
}

async function allStanding(stage: Stage, names: readonly string[]) {
  const all = new Map<string, ReadonlyMap<string, string>>()
  for (const name of new Set(names)) {
    all.set(`‹${name}`, await standing(stage.chat(name)))
    all.set(`⇒${name}`, await standing(stage.direct(name)))
  }
  return all
}

async function standing(chat: Chat): Promise<ReadonlyMap<string, string>> {
  return new Map((await chat.stands()).map(({ id, words }) => [id, words]))
}

async function news(chat: Chat, known: ReadonlyMap<string, string>): Promise<readonly string[]> {
  return (await chat.stands()).filter(({ id, words }) => known.get(id) !== words).map(({ words }) => words)
}

function expectIn(messages: readonly string[], line: string, text: string): void {
  const parts = text.split(' | ').map(pattern)
  if (!messages.some((words) => parts.every((part) => part.test(words)))) throw new Error(complaint(line, messages))
}

function refuse(messages: readonly string[], text: string): void {
  for (const part of text.split(' | '))
    if (messages.some((words) => pattern(part).test(words))) throw new Error(complaint(`✗ ${part}`, messages))
}

const complaint = (line: string, messages: readonly string[]) =>
  `${line}\n--- what is new there:\n${messages.length === 0 ? '(nothing)' : messages.join('\n---\n')}`

function pattern(part: string): RegExp {
  const source = part
    .split(/(\{[^{}]+\})/)
    .map((piece) => {
      const name = /^\{([^{}]+)\}$/.exec(piece)?.[1]
      if (name === undefined) return piece.replace(/[.*+?^$()[\]\\|]/g, '\\$&').replaceAll(' ', '[\\s：]+')
      const shape = shapes[name]
      if (shape === undefined) throw new Error(`no shape {${name}}`)
      return shape
    })
    .join('')
  return new RegExp(source)
}
