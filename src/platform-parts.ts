import { dingtalkPlatform } from '../bot/dingtalk/platform.ts'
import type { Platform } from '../bot/platform.ts'
import { playPlatform } from '../bot/play/platform.ts'
import { wecomPlatform } from '../bot/wecom/platform.ts'
import { practicePlatform, practiceSettings } from '../bot/wecom/practice.ts'
import type { PlatformName } from './chat/event.ts'
import type { MediaSource, OutboundMessage } from './chat/ports.ts'
import type { Config } from './config.ts'
import type { OpenFeed } from './feed-parts.ts'
import type { Hub } from './hub-parts.ts'
import { type MovableClock, systemClock } from './runtime/clock.ts'
import { PlatformRefused } from './runtime/errors.ts'
import type { Log } from './runtime/log.ts'
import { sampleQuestions } from './seed/sample-questions.ts'
import type { Store } from './store.ts'

/** Where people are reached first, and next when that fails. WeCom's practice door sends nothing. */
export function channelsOf({ wecom, wecomBot, dingtalk, play }: Config): readonly PlatformName[] {
  return [
    ...(wecom || wecomBot ? (['wecom'] as const) : []),
    ...(dingtalk ? (['dingtalk'] as const) : []),
    ...(play ? (['play'] as const) : []),
  ]
}

type PlatformSources = {
  readonly config: Config
  readonly store: Store
  readonly hub: Hub
  readonly clock: MovableClock
  readonly log: Log
  /** Says it through the outbox, for what a platform only learns after it has answered. */
  readonly later: (message: OutboundMessage) => Promise<void>
  readonly onEvent: OpenFeed['takeEvent']
}

/** The chat systems that are configured; without WeCom its practice door stands beside the play page. */
export function openPlatforms({
  config,
  store,
  hub,
  clock,
  log,
  later,
  onEvent,
}: PlatformSources): readonly Platform[] {
  const { sharedToken, sendBudget } = hub
  const platforms: Platform[] = []
  if (config.wecom || config.wecomBot) {
    const bot = config.wecomBot && { settings: config.wecomBot, later }
    platforms.push(wecomPlatform({ config: config.wecom, bot, sharedToken, sendBudget, clock: systemClock, log }))
  } else if (config.play)
    platforms.push(practicePlatform({ settings: practiceSettings(store.dataKeyHex), clock: systemClock, log }))
  if (config.dingtalk)
    platforms.push(
      dingtalkPlatform({ config: config.dingtalk, sharedToken, sendBudget, clock: systemClock, log, onEvent }),
    )
  if (config.play) {
    const samples = async (persona: string) => {
      if (persona === 'stranger') return []
      const questions = await sampleQuestions(store.database, clock.nowMs())
      return questions.map(({ text }) => text)
    }
    const { playTranscript, blobs } = hub
    platforms.push(playPlatform({ clock, transcript: playTranscript, blobs, log, boundHost: config.host, samples }))
  }
  return platforms
}

/** A photo or file is fetched from the platform it was sent on. */
export function mediaOf(platforms: readonly Platform[]): MediaSource {
  return {
    fetch: async (ref) => {
      const platform = platforms.find(({ name }) => name === ref.platform)
      if (platform === undefined)
        throw new PlatformRefused(`platform ${ref.platform} is not configured`, { retryable: false })
      return platform.media.fetch(ref)
    },
  }
}
