import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { BadPayload } from '../../src/runtime/errors.ts'
import { type Json, parseJson } from '../../src/runtime/json.ts'
import { xmlDepth, xmlTags } from './limits.ts'

/** Elements by name. Values are text even where they look like numbers: ids exceed 2^53, option ids begin with zeros. */
export type Fields = { readonly [name: string]: Field | readonly Field[] | undefined }
export type Field = string | Fields

/** How a callback was written, which is how it is answered. */
export type Wire = 'xml' | 'json'

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  processEntities: false,
  trimValues: false,
  maxNestedTags: xmlDepth,
  // the path of each tag as a text is for callbacks we do not have; a fifth of the time
  jPath: false,
})

/**
 * The elements inside `<xml>`, or the members of a JSON object. Entities stay as they are, declarations (DTD, comments) are
 * refused, repeated elements come as a list. Throws BadPayload, never quoting the text.
 */
export function parseFields(text: string): { readonly wire: Wire; readonly fields: Fields } {
  const start = text.trimStart()
  if (start.startsWith('{')) return { wire: 'json', fields: ofJson(parseJson(text)) }
  return { wire: 'xml', fields: ofXml(start) }
}

/** The text of an element; undefined when it is missing, empty, repeated or no text. */
export function textAt(fields: Fields, name: string): string | undefined {
  const value = own(fields, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The elements below an element; none when it is missing or holds no elements. */
export function fieldsAt(fields: Fields, name: string): Fields {
  const value = own(fields, name)
  return typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {}
}

function own(fields: Fields, name: string): Field | readonly Field[] | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

function ofXml(text: string): Fields {
  const markup = outsideCdata(text)
  if (markup.includes('<!')) throw new BadPayload('XML refused: it declares something')
  if (markup.split('<', xmlTags + 2).length > xmlTags + 1)
    throw new BadPayload(`XML refused: more than ${xmlTags} tags`)
  // entities are off, so what may not be kept can only stand there as itself
  const storableText = storable(text)
  // the parser (5.12.1) forgives unclosed and crossed tags and a second root; its validator does not
  const root: unknown = XMLValidator.validate(storableText) === true ? parsed(storableText).xml : undefined
  if (typeof root !== 'object' || root === null || Array.isArray(root))
    throw new BadPayload('XML refused: it is not one <xml> element')
  return withoutBlanks(root as Fields)
}

/** '#text' is the parser's name for the line breaks between elements. */
function withoutBlanks(fields: Fields): Fields {
  const kept: Record<string, Field | readonly Field[] | undefined> = {}
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (name === '#text') continue
    if (Array.isArray(value))
      kept[name] = value.map((one: Field) => (typeof one === 'string' ? one : withoutBlanks(one)))
    else kept[name] = typeof value === 'object' ? withoutBlanks(value as Fields) : value
  }
  return kept
}

function parsed(text: string): Record<string, unknown> {
  try {
    return parser.parse(text)
  } catch (cause) {
    // too deep, or a name like __proto__
    throw new BadPayload('XML refused: it cannot be read', { cause })
  }
}

/** What is left when the sections whose content is text are taken out; linear, also for sections that never end. */
function outsideCdata(text: string): string {
  let rest = ''
  let at = 0
  for (;;) {
    const open = text.indexOf('<![CDATA[', at)
    const close = open < 0 ? -1 : text.indexOf(']]>', open)
    if (close < 0) return rest + text.slice(at)
    rest += text.slice(at, open)
    at = close + 3
  }
}

function ofJson(value: Json): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadPayload('JSON refused: it is no object')
  return cleaned(value) as Fields
}

function cleaned(value: Json): Field | readonly Field[] {
  if (Array.isArray(value)) return value.map((inner) => cleaned(inner) as Field)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cleaned(inner)]))
  return typeof value === 'string' ? storable(value) : String(value ?? '')
}

/** Postgres takes neither NUL nor half of a surrogate pair; no vendor means anything by them or the other controls. */
export function storable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}|\p{Surrogate}/gu, '')
}

/** A clear passive reply. Lists become repeated elements without a wrapper [90241]. */
export type Tree = { readonly [name: string]: Leaf | readonly Tree[] | undefined }
type Leaf = string | number | Tree

/** Written as the callback was: `<xml>…</xml>`, or one JSON object with the same names. */
export function writeTree(tree: Tree, wire: Wire): string {
  if (wire === 'xml') return `<xml>${elements(tree)}</xml>`
  return JSON.stringify(tree, (_name, value: unknown) => (typeof value === 'string' ? storable(value) : value))
}

function elements(tree: Tree): string {
  let written = ''
  for (const name of Object.keys(tree)) {
    const value = tree[name]
    if (Array.isArray(value)) for (const one of value) written += element(name, one)
    else if (value !== undefined) written += element(name, value as Leaf)
  }
  return written
}

function element(name: string, value: Leaf): string {
  if (typeof value === 'number') return `<${name}>${value}</${name}>`
  return `<${name}>${typeof value === 'string' ? cdata(value) : elements(value)}</${name}>`
}

/** Text that holds the end mark goes on in a second section. */
function cdata(text: string): string {
  return `<![CDATA[${storable(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}
