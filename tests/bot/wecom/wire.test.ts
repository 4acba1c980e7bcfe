import { describe, expect, test } from 'vitest'
import { fieldsAt, parseFields, textAt, writeTree } from '../../../bot/wecom/wire.ts'
import { BadPayload } from '../../../src/runtime/errors.ts'

const at = (text: string, name: string) => textAt(parseFields(text).fields, name)

describe('XML', () => {
  test('values stay text', () => {
    const text = '<xml><A>007</A><B>4561255354251345929</B><C>1e3</C><D>true</D></xml>'
    expect(['A', 'B', 'C', 'D'].map((name) => at(text, name))).toEqual(['007', '4561255354251345929', '1e3', 'true'])
  })

  test('tags and entities inside text stay text', () => {
    expect(at('<xml><A><![CDATA[<B>&amp;</B><!DOCTYPE x>]]></A></xml>', 'A')).toBe('<B>&amp;</B><!DOCTYPE x>')
    expect(at('<xml><A>&lt;&#65;</A></xml>', 'A')).toBe('&lt;&#65;')
    expect(at('<xml><A><![CDATA[a]]]]><![CDATA[>b]]></A></xml>', 'A')).toBe('a]]>b')
  })

  test('a declaration, a byte order mark and line breaks in front do no harm', () => {
    expect(at('\ufeff<?xml version="1.0"?>\n<xml>\n<A>1</A>\n</xml>\n', 'A')).toBe('1')
  })

  test('repeated elements are a list, and no text', () => {
    const { fields } = parseFields('<xml><A>1</A><A>2</A><B><C>3</C></B></xml>')
    expect([fields.A, textAt(fields, 'A'), textAt(fields, 'B'), fieldsAt(fields, 'B')]).toEqual([
      ['1', '2'],
      undefined,
      undefined,
      { C: '3' },
    ])
  })

  test.each([
    '',
    'hello',
    '<',
    '<xml',
    '<xml><A>1',
    '<xml><A>1</B></xml>',
    '<xml><A>1</A></xml><xml><A>2</A></xml>',
    '<other><A>1</A></other>',
    '<xml>only text</xml>',
    '<xml></xml>',
    '<![CDATA[',
    '<xml><A><![CDATA[x</A></xml>',
    '<xml><!-- c --><A>1</A></xml>',
    '<!DOCTYPE xml><xml><A>1</A></xml>',
    '<!DOCTYPE xml [<!ENTITY a "b">]><xml><A>&a;</A></xml>',
    '<!doctype xml SYSTEM "file:///etc/passwd"><xml><A>1</A></xml>',
    '<xml><__proto__><admin>1</admin></__proto__></xml>',
    `<xml>${'<a/>'.repeat(2_000)}</xml>`,
    `<xml>${'<a>'.repeat(40)}1${'</a>'.repeat(40)}</xml>`,
  ])('%.80j is refused', (text) => expect(() => parseFields(text)).toThrow(BadPayload))

  test('names of the object prototype are not there', () => {
    const { fields } = parseFields('<xml><A>1</A></xml>')
    expect([textAt(fields, 'constructor'), fieldsAt(fields, '__proto__')]).toEqual([undefined, {}])
  })
})

describe('JSON', () => {
  test('numbers keep their digits', () => {
    const { wire, fields } = parseFields('{"MsgId":4561255354251345929,"AgentID":218,"B":true,"N":null}')
    expect([
      wire,
      textAt(fields, 'MsgId'),
      textAt(fields, 'AgentID'),
      textAt(fields, 'B'),
      textAt(fields, 'N'),
    ]).toEqual([...['json', '4561255354251345929', '218', 'true'], undefined])
  })

  test.each(['{', '{"a":}', '{"a":1}x', '{"__proto__":{"a":1}', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`])(
    '%j is refused',
    (text) => expect(() => parseFields(text)).toThrow(BadPayload),
  )

  test('what we write is well-formed even where the words are not', () => {
    expect(writeTree({ A: 'x\ud83d\u0000y' }, 'json')).toBe('{"A":"xy"}')
    expect(writeTree({ A: 'x\ud83d\u0000]]>y', B: 1, C: undefined, D: [{ E: 'f' }, { E: 'g' }] }, 'xml')).toBe(
      '<xml><A><![CDATA[x]]]]><![CDATA[>y]]></A><B>1</B><D><E><![CDATA[f]]></E></D><D><E><![CDATA[g]]></E></D></xml>',
    )
  })
})
