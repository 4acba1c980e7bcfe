/** What the platform checks before it shows a template_card [90236], as errcodes. Advised lengths are enforced here as if they were hard. */

export type VendorCard = { readonly [field: string]: unknown }

type Rule = (card: VendorCard, updating: boolean) => number | undefined

const textNotice = [
  'source',
  'action_menu',
  'task_id',
  'main_title',
  'sub_title_text',
  'emphasis_content',
  'quote_area',
]
const shared = ['horizontal_content_list', 'card_action']
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  text_notice: ['card_type', ...textNotice, ...shared, 'jump_list'],
  button_interaction: [
    ...['card_type', 'source', 'action_menu', 'task_id', 'main_title', 'sub_title_text', 'quote_area', ...shared],
    ...['button_selection', 'button_list', 'replace_text'],
  ],
}

const object = (value: unknown): VendorCard =>
  typeof value === 'object' && value !== null ? (value as VendorCard) : {}
const list = (value: unknown): readonly VendorCard[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(object)
const chars = (value: unknown): number => (typeof value === 'string' ? Array.from(value).length : 0)
const bytes = (value: unknown): number => (typeof value === 'string' ? Buffer.byteLength(value) : 0)
const filled = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''
const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length

const rules: readonly Rule[] = [
  ({ card_type }) => (fieldsOf[String(card_type)] ? undefined : 42031),
  // a field of another type is a mistake of ours even where the platform would overlook it
  (card) => (Object.keys(card).every((key) => fieldsOf[String(card.card_type)]?.includes(key)) ? undefined : 40035),
  ({ source }) => (chars(object(source).desc) <= 20 ? undefined : 40035),
  ({ main_title, card_type, sub_title_text }) => {
    const { title, desc } = object(main_title)
    const there = filled(title) || (card_type === 'text_notice' && filled(sub_title_text))
    return there && chars(title) <= 36 && chars(desc) <= 44 ? undefined : 42033
  },
  ({ sub_title_text }) => (chars(sub_title_text) <= 160 ? undefined : 40035),
  ({ quote_area }) => (quote_area === undefined || filled(object(quote_area).quote_text) ? undefined : 40035),
  ({ horizontal_content_list }) => {
    const facts = list(horizontal_content_list)
    if (facts.length > 6 || facts.some(({ value }) => chars(value) > 30)) return 42035
    return facts.every(({ keyname }) => filled(keyname) && chars(keyname) <= 5) ? undefined : 42027
  },
  ({ card_type, card_action }) => {
    const { type, url } = object(card_action)
    if (card_type === 'text_notice' && ![1, 2, '1', '2'].includes(type as number)) return 42045
    return Number(type) !== 1 || /^https?:\/\//.test(String(url)) ? undefined : 42028
  },
  ({ card_type, button_list }) => {
    if (card_type !== 'button_interaction') return undefined
    const buttons = list(button_list)
    if (buttons.length < 1 || buttons.length > 6) return 42038
    if (!buttons.every(({ text }) => filled(text) && chars(text) <= 10)) return 42038
    const keys = buttons.map(({ key }) => key)
    return keys.every((key) => bytes(key) >= 1 && bytes(key) <= 1024) && unique(keys) ? undefined : 42039
  },
  ({ card_type, task_id }, updating) => {
    if (task_id === undefined) return card_type === 'button_interaction' && !updating ? 42014 : undefined
    return /^[0-9A-Za-z_\-@]{1,128}$/.test(String(task_id)) ? undefined : 42014
  },
  ({ replace_text }, updating) =>
    replace_text === undefined || (updating && chars(replace_text) <= 10) ? undefined : 40035,
  // with enable_id_trans words like these are looked up: those of people must have been defused
  (card) => (/\$(?:userName|departmentName)=/i.test(cardWords(card)) ? 40035 : undefined),
  (card) => (wellFormed(card) ? undefined : 40035),
]

/** The errcode for this card, 0 when it may be shown. `updating`: it takes another card's place. */
export function judgeCard(card: VendorCard, updating = false): number {
  for (const rule of rules) {
    const errcode = rule(card, updating)
    if (errcode !== undefined) return errcode
  }
  return 0
}

function wellFormed(value: unknown): boolean {
  if (typeof value === 'string') return !/(?!\n|\t)\p{Cc}|\p{Surrogate}/u.test(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(wellFormed)
}

/** All words a person reads on the card. */
export function cardWords(card: VendorCard): string {
  const { desc } = object(card.source)
  const { title, desc: below } = object(card.main_title)
  const facts = list(card.horizontal_content_list).map(({ keyname, value }) => `${keyname} ${value ?? ''}`)
  const words = [desc, title, below, object(card.quote_area).quote_text, card.sub_title_text, ...facts]
  return [...words, card.replace_text].filter(filled).join('\n')
}

/** The buttons that can be tapped; greyed ones cannot. */
export function cardButtons(card: VendorCard): readonly { readonly label: string; readonly key: string }[] {
  if (filled(card.replace_text)) return []
  return list(card.button_list).map(({ text, key }) => ({ label: String(text), key: String(key) }))
}
