import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardParams, cardVariables, outTrackIdOf, placeOf, roundOf } from '../../../bot/dingtalk/card.ts'
import { cardKeyBytes, cardValueBytes } from '../../../bot/dingtalk/limits.ts'
import { orderCardTemplate } from '../../../bot/dingtalk/templates/order-card.ts'
import type { Conversation } from '../../../src/chat/event.ts'
import { tameCard, wildCard, wildText } from '../../contracts/wild-card.ts'

const direct: Conversation = { platform: 'dingtalk', kind: 'direct', id: 'staff-1' }
const group = (id: string): Conversation => ({ platform: 'dingtalk', kind: 'group', id })

describe('the variables of a card', () => {
  test('any card fills every variable, with one line of at most 1 KB', () => {
    fc.assert(
      fc.property(wildCard, wildText, (card, toast) => {
        const params = cardParams(card, roundOf('key'), toast)
        expect(Object.keys(params).sort()).toEqual([...cardVariables].sort())
        for (const [name, value] of Object.entries(params)) {
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(cardKeyBytes)
          expect(Buffer.byteLength(value)).toBeLessThanOrEqual(cardValueBytes)
          expect(value).not.toMatch(/[\n\r]|\p{Surrogate}/u)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a card within the limits loses nothing, tokens least of all', () => {
    fc.assert(
      fc.property(tameCard, (card) => {
        const params = cardParams(card, 'r')
        expect(params.title).toBe(card.title)
        card.facts.forEach(({ label, value }, index) => {
          expect(params[`fact${index + 1}`]).toBe(`${label}：${value}`)
        })
        card.lines?.forEach((line, index) => {
          expect(params[`line${index + 1}`]).toBe(line)
        })
        card.buttons.forEach(({ label, token, style }, index) => {
          const at = index + 1
          expect([params[`label${at}`], params[`token${at}`], params[`style${at}`]]).toEqual([label, token, style])
        })
      }),
    )
  })

  test('what a card no longer says becomes empty, so that an update by key wipes it', () => {
    const params = cardParams({ title: '已办结', tone: 'done', facts: [], buttons: [] }, 'r')
    expect(params).toMatchObject({ bar: '', fact1: '', line8: '', note: '', label1: '', token6: '' })
  })
})

describe('the identity of a card', () => {
  test('is the same for the same key, and tells where the card stands', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (key, id) => {
        const mine = outTrackIdOf(key, group(id))
        expect(mine).toBe(outTrackIdOf(key, group(id)))
        expect(mine.length).toBeLessThanOrEqual(100)
        const place = placeOf(mine)
        expect(place?.kind).toBe('group')
        if (place?.kind === 'group' && place.id !== undefined) expect(place.id).toBe(Buffer.from(id).toString())
      }),
    )
    expect(placeOf(outTrackIdOf('key', direct))).toEqual({ kind: 'direct' })
    expect(outTrackIdOf('a', direct)).not.toBe(outTrackIdOf('b', direct))
  })

  test('carries a group’s id of the usual length whole', () => {
    const cid = `cid${'A'.repeat(43)}==`
    expect(placeOf(outTrackIdOf('key', group(cid)))).toEqual({ kind: 'group', id: cid })
  })

  test('of another program’s card is none of ours', () => {
    for (const id of ['order-approval-1024-v1', 'cd-', 'cd-short-d', '']) expect(placeOf(id)).toBeUndefined()
  })
})

describe('templates/order-card.json', () => {
  const file = readFileSync(new URL('../../../bot/dingtalk/templates/order-card.json', import.meta.url), 'utf8')
  const template = JSON.parse(file) as { editorData: string; type: string; mode: string }
  const { variableList, schema } = JSON.parse(template.editorData) as {
    variableList: { name: string; type: string; private: boolean }[]
    schema: { componentsMap: { componentName: string }[]; componentsTree: unknown[] }
  }

  test('is what its source builds', () => expect(template).toEqual(orderCardTemplate()))

  test('is a message card', () => expect(template).toMatchObject({ type: 'im', mode: 'card' }))

  test('has exactly the variables that cards fill, all of them text', () => {
    expect(variableList.map(({ name }) => name)).toEqual(cardVariables)
    for (const variable of variableList) expect(variable).toMatchObject({ type: 'string', private: false })
  })

  test('shows and sends only variables that exist', () => {
    const tree = JSON.stringify(schema.componentsTree)
    const used = [...tree.matchAll(/\$\{(\w+)\}|"variable":"(\w+)"/g)].map(([, shown, bound]) => shown ?? bound)
    expect(used.length).toBeGreaterThan(100)
    for (const name of used) expect(cardVariables).toContain(name)
    for (const name of cardVariables) expect(used).toContain(name)
  })

  test('knows every component it uses, and gives every node a name of its own', () => {
    const tree = JSON.stringify(schema.componentsTree)
    const known = schema.componentsMap.map(({ componentName }) => componentName)
    for (const [, name] of tree.matchAll(/"componentName":"(\w+)"/g)) expect(known).toContain(name)
    const ids = [...tree.matchAll(/"id":"(node_\w+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('buttons call back with token and round', () => {
    const tree = JSON.stringify(schema.componentsTree)
    expect(tree.match(/"actionType":"request"/g)).toHaveLength(18)
    for (const slot of [1, 2, 3, 4, 5, 6])
      expect(tree).toContain(`"name":"token","type":"variable","value":"","variable":"token${slot}"`)
    expect(tree.match(/"name":"round","type":"variable"/g)).toHaveLength(18)
  })
})
