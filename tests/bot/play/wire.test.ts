import { expect, expectTypeOf, test } from 'vitest'
import type { Attachment, BotEntry, Line, SaidEntry } from '../../../bot/play/entry.ts'
import { personaIds, userIdOf } from '../../../bot/play/personas.ts'
import type * as page from '../../../src/console/wire.ts'
import { staff } from '../../../src/seed/staff.ts'
import { playPersonaTexts } from '../../../src/text/play.ts'

test('what the door says is what the page reads', () => {
  expectTypeOf<Attachment>().toExtend<page.Attachment>()
  expectTypeOf<SaidEntry>().toExtend<page.SaidEntry>()
  expectTypeOf<BotEntry>().toExtend<page.BotEntry>()
  expectTypeOf<Line>().toExtend<page.Line>()
})

test('every persona but the stranger is a member of the sample data, by the same name', () => {
  const members = new Map(staff.map(({ play, name, roles }) => [play, { name, roles }]))
  for (const persona of personaIds) {
    const member = members.get(userIdOf(persona))
    if (persona === 'stranger') expect(member).toBeUndefined()
    else expect(member).toEqual({ name: playPersonaTexts[persona].name, roles: [persona] })
  }
})
