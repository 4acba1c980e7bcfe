import { z } from 'zod'

const blankIsUnset = (value: unknown) => (typeof value === 'string' && value.trim() === '' ? undefined : value)
const optional = z.preprocess(blankIsUnset, z.string().trim().optional())
const address = (fallback: string) => z.preprocess(blankIsUnset, z.url({ protocol: /^https?$/ }).default(fallback))

/** Every key of the environment the desk reads; .env.example explains each (a test compares the two). */
export const envSchema = z.object({
  PORT: z.preprocess(blankIsUnset, z.coerce.number().int().min(0).max(65535).default(8787)),
  HOST: z.preprocess(blankIsUnset, z.string().trim().default('127.0.0.1')),
  DATA_DIR: z.preprocess(blankIsUnset, z.string().default('./data')),
  DATABASE_URL: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
      .optional(),
  ),
  REDIS_URL: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
      .optional(),
  ),
  DATA_KEY: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits: make one with `openssl rand -hex 32`')
      .optional(),
  ),
  PLAY: z.preprocess(blankIsUnset, z.enum(['0', '1'], 'must be 0 or 1').optional()),
  WECOM_CORP_ID: optional,
  WECOM_AGENT_ID: z.preprocess(blankIsUnset, z.string().regex(/^\d+$/, 'must be a number').optional()),
  WECOM_SECRET: optional,
  WECOM_TOKEN: z.preprocess(
    blankIsUnset,
    z
      .string()
      .regex(/^[0-9A-Za-z]{1,32}$/, 'must be letters and digits, at most 32')
      .optional(),
  ),
  WECOM_ENCODING_AES_KEY: z.preprocess(
    blankIsUnset,
    z
      .string()
      .superRefine((value, context) => {
        if (!/^[0-9A-Za-z+/]{43}$/.test(value))
          context.addIssue(`must be 43 characters, got ${value.length}: copy it again from the app's callback page`)
      })
      .optional(),
  ),
  WECOM_API_BASE: address('https://qyapi.weixin.qq.com'),
  WECOM_BOT_ID: optional,
  WECOM_BOT_SECRET: optional,
  WECOM_BOT_URL: z.preprocess(blankIsUnset, z.url({ protocol: /^wss?$/ }).default('wss://openws.work.weixin.qq.com')),
  DINGTALK_CLIENT_ID: optional,
  DINGTALK_CLIENT_SECRET: optional,
  DINGTALK_ROBOT_CODE: optional,
  DINGTALK_CARD_TEMPLATE_ID: optional,
  DINGTALK_API_BASE: address('https://api.dingtalk.com'),
  DINGTALK_OAPI_BASE: address('https://oapi.dingtalk.com'),
  PUBLIC_URL: z.preprocess(blankIsUnset, z.url({ protocol: /^https?$/ }).optional()),
  OCR_READER: z.preprocess(blankIsUnset, z.enum(['paddle', 'tesseract'], 'must be paddle or tesseract').optional()),
  CONNECTORS_FILE: optional,
  RELAY_SECRET: z.preprocess(blankIsUnset, z.string().min(32, 'must be at least 32 characters').optional()),
})

export type WecomConfig = {
  readonly corpId: string
  readonly agentId: number
  readonly secret: string
  readonly token: string
  readonly encodingAesKey: string
  readonly apiBase: string
}

export type WecomBotConfig = { readonly botId: string; readonly secret: string; readonly url: string }

export type DingtalkConfig = {
  readonly clientId: string
  readonly clientSecret: string
  readonly robotCode: string
  readonly cardTemplateId: string | undefined
  readonly apiBase: string
  readonly oapiBase: string
}

export type Config = {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  /** undefined = run the embedded server in dataDir. */
  readonly databaseUrl: string | undefined
  /** undefined = BullMQ's own Postgres backend. */
  readonly redisUrl: string | undefined
  /** 64 hex digits; undefined = made once and kept in dataDir (mode 600). */
  readonly dataKey: string | undefined
  /** The browser chat that plays every role. */
  readonly play: boolean
  readonly wecom: WecomConfig | undefined
  /** The AI bot over its long connection: the way into WeCom groups. */
  readonly wecomBot: WecomBotConfig | undefined
  readonly dingtalk: DingtalkConfig | undefined
  readonly relaySecret: string | undefined
  /** Where people's phones reach the desk, for links in chat; undefined = only the play page gives links. */
  readonly publicUrl: string | undefined
  /** Which reader of waybill photos; undefined = the first of paddle and tesseract that loads. */
  readonly ocrReader: 'paddle' | 'tesseract' | undefined
  /** connectors.json: the systems that feed the hub; undefined = none. */
  readonly connectorsFile: string | undefined
  /** What `env:NAME` in connectors.json stands for. */
  readonly secretOf: (name: string) => string | undefined
}

/** All faults of the environment at once, one line each, ready to print. */
export class BadConfig extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.name = 'BadConfig'
    this.faults = faults
  }
}

type Env = Readonly<Record<string, string | undefined>>

const wecomKeys = ['WECOM_CORP_ID', 'WECOM_AGENT_ID', 'WECOM_SECRET', 'WECOM_TOKEN', 'WECOM_ENCODING_AES_KEY'] as const
const wecomBotKeys = ['WECOM_BOT_ID', 'WECOM_BOT_SECRET'] as const
const dingtalkKeys = ['DINGTALK_CLIENT_ID', 'DINGTALK_CLIENT_SECRET'] as const

/** A platform is configured whole or not at all. */
function halfSet(env: Env, keys: readonly string[]): string[] {
  const missing = keys.filter((key) => !env[key]?.trim())
  if (missing.length === 0 || missing.length === keys.length) return []
  return missing.map((key) => `${key} is missing: ${keys.join(', ')} go together`)
}

/** Reads and checks the environment. Throws BadConfig with every fault. */
export function loadConfig(env: Env): Config {
  const parsed = envSchema.safeParse(env)
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  faults.push(...halfSet(env, wecomKeys), ...halfSet(env, wecomBotKeys), ...halfSet(env, dingtalkKeys))
  if (!parsed.success || faults.length > 0) throw new BadConfig(faults)
  return { ...shape(parsed.data), secretOf: (name) => env[name] }
}

function shape(env: z.infer<typeof envSchema>): Omit<Config, 'secretOf'> {
  const wecom = wecomOf(env)
  const wecomBot =
    env.WECOM_BOT_ID && env.WECOM_BOT_SECRET
      ? { botId: env.WECOM_BOT_ID, secret: env.WECOM_BOT_SECRET, url: env.WECOM_BOT_URL }
      : undefined
  const dingtalk = dingtalkOf(env)
  return {
    port: env.PORT,
    host: env.HOST,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    dataKey: env.DATA_KEY?.toLowerCase(),
    play:
      env.PLAY === undefined
        ? wecom === undefined && wecomBot === undefined && dingtalk === undefined
        : env.PLAY === '1',
    wecom,
    wecomBot,
    dingtalk,
    relaySecret: env.RELAY_SECRET,
    publicUrl: env.PUBLIC_URL,
    ocrReader: env.OCR_READER,
    connectorsFile: env.CONNECTORS_FILE,
  }
}

function wecomOf(env: z.infer<typeof envSchema>): WecomConfig | undefined {
  const { WECOM_CORP_ID, WECOM_AGENT_ID, WECOM_SECRET, WECOM_TOKEN, WECOM_ENCODING_AES_KEY } = env
  if (!WECOM_CORP_ID || !WECOM_AGENT_ID || !WECOM_SECRET || !WECOM_TOKEN || !WECOM_ENCODING_AES_KEY) return undefined
  return {
    corpId: WECOM_CORP_ID,
    agentId: Number(WECOM_AGENT_ID),
    secret: WECOM_SECRET,
    token: WECOM_TOKEN,
    encodingAesKey: WECOM_ENCODING_AES_KEY,
    apiBase: env.WECOM_API_BASE,
  }
}

function dingtalkOf(env: z.infer<typeof envSchema>): DingtalkConfig | undefined {
  const { DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET } = env
  if (!DINGTALK_CLIENT_ID || !DINGTALK_CLIENT_SECRET) return undefined
  return {
    clientId: DINGTALK_CLIENT_ID,
    clientSecret: DINGTALK_CLIENT_SECRET,
    robotCode: env.DINGTALK_ROBOT_CODE ?? DINGTALK_CLIENT_ID,
    cardTemplateId: env.DINGTALK_CARD_TEMPLATE_ID,
    apiBase: env.DINGTALK_API_BASE,
    oapiBase: env.DINGTALK_OAPI_BASE,
  }
}
