export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Long digit runs (phones, order numbers of 11 and more digits keep 4), tokens and keys in query strings never reach a log. */
export function redact(text: string): string {
  return text
    .replace(/((?:access_token|secret|corpsecret|ticket|key|session|sign|msg_signature)=)[^&\s"]+/gi, '$1***')
    .replace(/(?<!\d)1[3-9]\d{9}(?!\d)/g, (phone) => `${phone.slice(0, 3)}****${phone.slice(-4)}`)
}

/** One JSON line per entry on stdout (warn and error on stderr). */
export function jsonLog(minimum: LogLevel = 'info'): Log {
  return (level, message, fields = {}) => {
    if (rank[level] < rank[minimum]) return
    const line = redact(JSON.stringify({ at: new Date().toISOString(), level, message, ...fields }))
    if (rank[level] >= rank.warn) console.error(line)
    else console.log(line)
  }
}

export const silentLog: Log = () => {}

/** What an unknown thrown value may say in a log: name, code and message; never a payload. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { error: error.name, code, reason: error.message.slice(0, 300) }
}
