export type Role = 'cs' | 'cs_lead' | 'warehouse' | 'finance' | 'ops' | 'director' | 'it'

export const roles: readonly Role[] = ['cs', 'cs_lead', 'warehouse', 'finance', 'ops', 'director', 'it']

export type Member = { readonly id: string; readonly name: string; readonly roles: readonly Role[] }

/** What a route asks for. `none` is open to everybody, strangers too. */
export type Permission = 'none' | 'ask' | 'see-full' | 'import' | 'admin'

/** The table of product §2.10, default closed: a role that is not listed may not. */
const allowed: Readonly<Record<Exclude<Permission, 'none'>, readonly Role[]>> = {
  ask: roles,
  'see-full': ['cs', 'cs_lead', 'director'],
  import: ['ops', 'it'],
  admin: ['it'],
}

/** True when any of the member's roles may do it; a stranger (undefined) may only do what needs `none`. */
export function may(member: Member | undefined, permission: Permission): boolean {
  if (permission === 'none') return true
  return member?.roles.some((role) => allowed[permission].includes(role)) ?? false
}

/** Roles that hold the permission, for telling a refused person whom to ask. */
export function holdersOf(permission: Exclude<Permission, 'none'>): readonly Role[] {
  return allowed[permission]
}
