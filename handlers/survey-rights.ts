import { type Member, type Role, roles } from '../src/chat/member.ts'
import { roleName } from '../src/text/zh-cn.ts'

/** Amounts of the firm: not for those who need counts to do their work (docs/decisions/137). */
const moneyRoles: readonly Role[] = ['cs_lead', 'finance', 'ops', 'director']
/** What somebody owes the firm (product §2.10, issue 3). */
const arrearsRoles: readonly Role[] = ['finance', 'director']

/** Who people are is looked after by those who answer for the agents' work. */
const splitRoles: readonly Role[] = ['cs_lead', 'ops', 'director']

const holds = (member: Member, allowed: readonly Role[]) => member.roles.some((role) => allowed.includes(role))

export const maySeeMoney = (member: Member): boolean => holds(member, moneyRoles)
export const maySeeArrears = (member: Member): boolean => holds(member, arrearsRoles)

const namesOf = (allowed: readonly Role[], and: string): string =>
  roles
    .filter((role) => allowed.includes(role))
    .map(roleName)
    .join(and)

export const moneyHolders = (and: string): string => namesOf(moneyRoles, and)
export const maySplit = (member: Member): boolean => holds(member, splitRoles)
export const splitters = (and: string): string => namesOf(splitRoles, and)
export const arrearsHolders = (and: string): string => namesOf(arrearsRoles, and)
