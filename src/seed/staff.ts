import type { Random } from './prng.ts'

export type StaffMember = {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly phone: string
  /** Ids on the three platforms; `play` only for the one who plays the role in the browser. */
  readonly play?: string
  readonly wecom: string
  readonly dingtalk: string
  readonly unionId: string
}

const rows: readonly (readonly [string, string, string, string?])[] = [
  ['小李', 'cs', 'LiTing', 'play-cs'],
  ['小吴', 'cs', 'WuYue'],
  ['小许', 'cs', 'XuMan'],
  ['小林', 'cs_lead', 'LinXia', 'play-cs_lead'],
  ['小郑', 'cs_lead', 'ZhengHao'],
  ['小周', 'warehouse', 'ZhouJian', 'play-warehouse'],
  ['老马', 'warehouse', 'MaGuoqiang'],
  ['小陈', 'finance', 'ChenLu', 'play-finance'],
  ['小蒋', 'finance', 'JiangWen'],
  ['小何', 'ops', 'HeRui', 'play-ops'],
  ['沈总', 'director', 'ShenYi', 'play-director'],
  ['小孙', 'it', 'SunKai', 'play-it'],
]

/** The people of the desk. One of each role can be played in the browser. */
export const staff: readonly StaffMember[] = rows.map(([name, role, wecom, play], index) => ({
  id: `mem_sample_${String(index + 1).padStart(2, '0')}`,
  name,
  roles: [role],
  phone: `1390571${String(4101 + index * 37)}`,
  ...(play === undefined ? {} : { play }),
  wecom,
  dingtalk: `0${String(31_415_926 + index * 271_828)}`,
  unionId: `sample${wecom}iEiE`,
}))

const keepers: Readonly<Record<'cs_lead' | 'warehouse' | 'finance', readonly StaffMember[]>> = {
  cs_lead: staff.filter((person) => person.roles.includes('cs_lead')),
  warehouse: staff.filter((person) => person.roles.includes('warehouse')),
  finance: staff.filter((person) => person.roles.includes('finance')),
}

/** Who holds an approval of this level: mostly the first of the role, sometimes the deputy. */
export function holderOf(random: Random, role: 'cs_lead' | 'warehouse' | 'finance'): StaffMember {
  const [first, second] = keepers[role]
  if (first === undefined) throw new RangeError(`nobody has the role ${role}`)
  return second !== undefined && random.chance(0.3) ? second : first
}

/** An agent who types in returns and notes. */
export function agentOf(random: Random): StaffMember {
  return random.pick(staff.filter((person) => person.roles.includes('cs')))
}
