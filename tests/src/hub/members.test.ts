import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { roles } from '../../../src/chat/member.ts'
import { decodeCsv, parseCsv } from '../../../src/hub/csv.ts'
import { members } from '../../../src/hub/members.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { memberImportText, memberProblemText, memberWords } from '../../../src/text/zh-members.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { freshDatabase } from '../../kit/database.ts'

const fresh = await freshDatabase()
const { sql } = fresh.database
afterAll(fresh.drop)
beforeEach(async () => {
  await sql`TRUNCATE members, member_roles, member_accounts CASCADE`
})

const staff = members({ database: fresh.database, personal: testPersonal, ids: randomIds(), words: memberWords })
const header = '姓名,角色,企业微信账号,钉钉工号,钉钉 unionId,手机号,状态'
const sheet = (...lines: string[]) => [header, ...lines].join('\r\n')
const none = { created: 0, updated: 0, unchanged: 0, deactivated: 0, problems: [] }
const as = (platform: string, id: string, trusted = true) => staff.identify(platform, { id, trusted })

test('every role of the chat has a Chinese name', () => {
  expect(Object.keys(memberWords.roles).sort()).toEqual([...roles].sort())
})

describe('importing', () => {
  test('new people are known on both platforms, whatever the case of the id', async () => {
    const report = await staff.importCsv(
      sheet('小李,客服,LiTing,03141592,uLi,13905714101,在职', '沈总,运营总监、IT,ShenYi,,,,'),
    )
    expect(report).toEqual({ ...none, created: 2 })
    expect(await as('wecom', 'liting')).toMatchObject({ name: '小李', roles: ['cs'] })
    expect(await as('dingtalk', '03141592')).toEqual(await as('wecom', 'LITING'))
    expect(await as('wecom', 'ShenYi')).toMatchObject({ roles: ['director', 'it'] })
    expect(await as('dingtalk', 'LiTing')).toBeUndefined()
    expect(await as('wecom', 'LiTing', false)).toBeUndefined()
    expect(await as('wecom', "x' OR '1'='1\0")).toBeUndefined()
  })

  test('the same list again changes nothing', async () => {
    const list = sheet('小李,客服,LiTing,03141592,uLi,13905714101,在职', '小周,仓管,,,,139 0571 4286,')
    expect(await staff.importCsv(list)).toEqual({ ...none, created: 2 })
    expect(await staff.importCsv(list)).toEqual({ ...none, unchanged: 2 })
  })

  test('a person is recognised by any of account and phone; empty cells change nothing', async () => {
    await staff.importCsv(sheet('小李,客服,LiTing,,,13905714101,'))
    const before = await as('wecom', 'LiTing')
    expect(await staff.importCsv(sheet('李婷,客服组长,,03141592,uLi,+86 139-0571-4101,'))).toEqual({
      ...none,
      updated: 1,
    })
    expect(await as('dingtalk', '03141592')).toEqual({ id: before?.id, name: '李婷', roles: ['cs_lead'] })
    expect(await as('wecom', 'LiTing')).toMatchObject({ id: before?.id })
  })

  test('a changed account replaces the old one', async () => {
    await staff.importCsv(sheet('小李,客服,LiTing,03141592,,,'))
    await staff.importCsv(sheet('小李,客服,LiTing2,03141592,,,'))
    expect(await as('wecom', 'LiTing')).toBeUndefined()
    expect(await as('wecom', 'LiTing2')).toMatchObject({ name: '小李' })
  })

  test('phones are encrypted at rest', async () => {
    await staff.importCsv(sheet('小李,客服,LiTing,,,13905714101,'))
    const [row] = await sql`SELECT members::text AS text FROM members`
    expect(row?.text).not.toContain('13905714101')
  })

  test('English headers and roles, tabs, quotes and line breaks in cells', async () => {
    const list = 'Name\tRoles\tWeCom UserId\tStaffId\n"Li\n""Ting"""\tcs, CS_lead\tLiTing\t1\n\n'
    expect(await staff.importCsv(list)).toEqual({ ...none, created: 1 })
    expect(await as('wecom', 'LiTing')).toMatchObject({ name: 'Li\n"Ting"', roles: ['cs', 'cs_lead'] })
  })

  test('every fault is named by its line, in Chinese, without the phone; the good rows are taken', async () => {
    const list = sheet(
      '小李,客服,LiTing,,,,',
      ',客服,a,,,,',
      '小王,店长,b,,,,',
      '小赵,,c,,,,',
      '小钱,客服,d,,,1390571,',
      '小孙,客服,,,,,',
      '小吴,客服,LITING,,,,',
      '小郑,客服,e,,,,休假',
    )
    const report = await staff.importCsv(list)
    expect(report).toMatchObject({ created: 1 })
    expect(report.problems.map(({ line, problem, shown }) => memberProblemText(line, problem, shown))).toEqual([
      '第 3 行：没有姓名',
      '第 4 行：角色「店长」不认识，可填：客服、客服组长、仓管、财务、运营主管、总监、IT',
      '第 5 行：小赵没有角色，可填：客服、客服组长、仓管、财务、运营主管、总监、IT',
      '第 6 行：小钱的手机号不完整',
      '第 7 行：小孙的企业微信账号、钉钉工号、手机号都空着，认不出本人',
      '第 8 行：小吴的账号或手机号和上面某行重复',
      '第 9 行：状态「休假」不认识，填「在职」或「离职」',
    ])
    expect(memberImportText({ ...report, problems: report.problems.length })).toBe(
      '新增 1 人，更新 0 人，未变 0 人；7 处有误，这些行没有导入',
    )
    expect(JSON.stringify(report)).not.toContain('1390571')
  })

  test('a row that joins two known people is refused', async () => {
    await staff.importCsv(sheet('小李,客服,LiTing,,,13905714101,', '小吴,客服,WuYue,,,13905714138,'))
    const report = await staff.importCsv(sheet('小李,客服,LiTing,,,13905714138,'))
    expect(report.problems).toEqual([{ line: 2, problem: 'two-people', shown: '小李' }])
  })

  test('a list without the columns it needs says which', async () => {
    const report = await staff.importCsv('单号,金额\n1,2\n')
    expect(report.problems.map(({ line, problem, shown }) => memberProblemText(line, problem, shown))).toEqual([
      '第 1 行：表头缺「姓名」列',
      '第 1 行：表头缺「角色」列',
    ])
    expect((await staff.importCsv('')).problems).toHaveLength(2)
  })

  test('two imports at once make nobody twice', async () => {
    const list = sheet('小李,客服,LiTing,,,13905714101,', '小吴,客服,WuYue,,,,')
    const reports = await Promise.all([staff.importCsv(list), staff.importCsv(list), staff.importCsv(list)])
    expect(reports.reduce((sum, { created }) => sum + created, 0)).toBe(2)
    expect(await staff.list()).toHaveLength(2)
  })
})

describe('leavers', () => {
  test('marked as left they are strangers, and back again members', async () => {
    await staff.importCsv(sheet('小李,客服,LiTing,,,,'))
    expect(await staff.importCsv(sheet('小李,,LiTing,,,,离职'))).toEqual({ ...none, updated: 1, deactivated: 1 })
    expect(await as('wecom', 'LiTing')).toBeUndefined()
    expect(await staff.importCsv(sheet('小李,客服,LiTing,,,,'))).toEqual({ ...none, updated: 1 })
    expect(await as('wecom', 'LiTing')).toMatchObject({ roles: ['cs'] })
  })

  test('a complete list deactivates who is missing, but never while it has a fault', async () => {
    await staff.importCsv(sheet('小李,客服,LiTing,,,,', '小吴,客服,WuYue,,,,'))
    const complete = { complete: true }
    expect(await staff.importCsv(sheet('小李,客服,LiTing,,,,', '小许,店长,XuMan,,,,'), complete)).toMatchObject({
      deactivated: 0,
    })
    expect(await staff.importCsv(sheet('小李,客服,LiTing,,,,'), complete)).toEqual({
      ...none,
      unchanged: 1,
      deactivated: 1,
    })
    expect(await as('wecom', 'WuYue')).toBeUndefined()
    expect((await staff.list()).map(({ name, active, accounts }) => ({ name, active, accounts }))).toEqual([
      { name: '小李', active: true, accounts: [{ platform: 'wecom', userId: 'LiTing' }] },
      { name: '小吴', active: false, accounts: [{ platform: 'wecom', userId: 'WuYue' }] },
    ])
  })

  test('one by one', async () => {
    await staff.importCsv(sheet('小李,客服,LiTing,,,,'))
    const [member] = await staff.list()
    expect(await staff.deactivate(member?.id ?? '')).toBe(true)
    expect(await staff.deactivate(member?.id ?? '')).toBe(false)
    expect(await as('wecom', 'LiTing')).toBeUndefined()
  })
})

describe('CSV', () => {
  test('lines are those of the file, also after a cell of several lines', () => {
    expect(parseCsv('\ufeffa;b\n"x\r\ny";1\n;\n z ;2')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x\r\ny', '1'] },
      { line: 5, cells: ['z', '2'] },
    ])
  })

  test('GB18030 of Chinese Windows is read, UTF-8 first', () => {
    expect(decodeCsv(Uint8Array.of(0xd0, 0xd5, 0xc3, 0xfb))).toBe('姓名')
    expect(decodeCsv(new TextEncoder().encode('姓名'))).toBe('姓名')
  })
})
