import { expect, test } from 'vitest'
import { holdersOf, type Member, may, type Permission, type Role, roles } from '../../../src/chat/member.ts'

const someone = (...held: Role[]): Member => ({ id: 'm', name: 'm', roles: held })

// product §2.10, written out again: the table in the code must not be its own proof
const table: Readonly<Record<Exclude<Permission, 'none'>, readonly Role[]>> = {
  ask: ['cs', 'cs_lead', 'warehouse', 'finance', 'ops', 'director', 'it'],
  'see-full': ['cs', 'cs_lead', 'director'],
  import: ['ops', 'it'],
  admin: ['it'],
}

test.each(Object.entries(table))('%s is for the listed roles and nobody else', (permission, allowed) => {
  for (const role of roles)
    expect([role, may(someone(role), permission as Permission)]).toEqual([role, allowed.includes(role)])
  expect([...holdersOf(permission as keyof typeof table)].sort()).toEqual([...allowed].sort())
})

test('a stranger and a member without a role may do nothing but what needs nothing', () => {
  for (const permission of Object.keys(table) as Permission[]) {
    expect(may(undefined, permission)).toBe(false)
    expect(may(someone(), permission)).toBe(false)
  }
  expect(may(undefined, 'none')).toBe(true)
})
