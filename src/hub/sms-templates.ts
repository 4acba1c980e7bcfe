/** What messages are for, and the variables a template for it may use. */
const offered = {
  /** Something is overdue and no chat has taken it. */
  overdue: ['title', 'about', 'text'],
  /** The same shortly before the fine, at any hour; without a template of its own that of `overdue` is taken. */
  urgent: ['title', 'about', 'text'],
} as const

export type SmsPurpose = keyof typeof offered

export const smsPurposes = Object.keys(offered) as [SmsPurpose, ...SmsPurpose[]]

/** Values by the names of variables; vendors limit their length. */
export type SmsValues = Readonly<Record<string, string>>

/** A template as the vendor approved it. */
export type SmsTemplate = {
  readonly purpose: SmsPurpose
  /** The vendor's. */
  readonly code: string
  /** Its words, with `${name}` where a value comes. */
  readonly text: string
  /** Characters of one value at most. */
  readonly mostChars: number
}

const place = /\$\{([^}]*)\}/g

/** Names of the variables in a template, each once, in their order. */
export function variablesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(place)].map(([, name = '']) => name.trim()))]
}

/** What is wrong with a library, a sentence a fault; empty when nothing is. */
export function templateFaults(templates: readonly SmsTemplate[]): readonly string[] {
  const faults = templates.flatMap(({ purpose, code, text }) => {
    const names = variablesOf(text)
    const known: readonly string[] = offered[purpose]
    return [
      ...names
        .filter((name) => !known.includes(name))
        .map((name) => `${code}: there is no \${${name}} for ${purpose}, only ${known.join(', ')}`),
      ...(text.replace(place, '').includes('${') ? [`${code}: a \${ is not closed`] : []),
      ...(names.length === 0 ? [`${code}: nothing is filled in, so nobody would know what it is about`] : []),
    ]
  })
  const purposes = templates.map(({ purpose }) => purpose)
  const twice = purposes.filter((one, index) => purposes.indexOf(one) !== index)
  return [
    ...faults,
    ...[...new Set(twice)].map((purpose) => `two templates are for ${purpose}`),
    ...(purposes.includes('overdue') ? [] : ['a template for overdue is missing']),
  ]
}

/** That for the purpose, or the one it falls back to. */
export function templateFor(templates: readonly SmsTemplate[], purpose: SmsPurpose): SmsTemplate | undefined {
  const found = templates.find((one) => one.purpose === purpose)
  return found ?? templates.find((one) => one.purpose === 'overdue')
}

/** The values a template takes, each in one line and no longer than allowed. */
export function valuesFor({ text, mostChars }: SmsTemplate, given: SmsValues): SmsValues {
  return Object.fromEntries(variablesOf(text).map((name) => [name, shortened(given[name] ?? '', mostChars)]))
}

/** The words as they will stand on the phone, without the sign. */
export function filled(template: SmsTemplate, given: SmsValues): string {
  const values = valuesFor(template, given)
  return template.text.replace(place, (_, name: string) => values[name.trim()] ?? '')
}

/** Counted as people and vendors count: a character of two code units is one. Lenticular brackets are kept for the sign. */
function shortened(value: string, mostChars: number): string {
  const chars = [
    ...value
      .replace(/[\u3010\u3011]/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  ]
  return chars.length <= mostChars ? chars.join('') : `${chars.slice(0, mostChars - 1).join('')}…`
}
