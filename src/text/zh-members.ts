/** Words of the staff list: what its columns, roles and states may be called, and what is said about its faults. */

export const memberWords = {
  headers: {
    name: ['姓名', '名字', '员工姓名', '成员'],
    roles: ['角色', '岗位', '职务', '职位', 'role'],
    wecom: [
      '企业微信',
      '企业微信账号',
      '企业微信userid',
      '企业微信 userid',
      '企微',
      '企微账号',
      'userid',
      'wecom userid',
      'wecom_userid',
    ],
    dingtalk: [
      '钉钉',
      '钉钉userid',
      '钉钉 userid',
      '钉钉工号',
      '工号',
      'staffid',
      'dingtalk staffid',
      'dingtalk userid',
    ],
    unionId: ['钉钉unionid', '钉钉 unionid', 'unionid', 'dingtalk unionid'],
    phone: ['手机', '手机号', '手机号码', '电话', 'mobile', 'tel'],
    status: ['状态', '在职状态', '在职', 'active'],
  },
  roles: {
    cs: ['客服', '客服专员'],
    cs_lead: ['客服组长', '组长', '客服主管', 'cs lead', 'lead'],
    warehouse: ['仓管', '仓库', '仓管员', '仓库管理员'],
    finance: ['财务', '会计', '出纳'],
    ops: ['运营', '运营主管', '运营经理', 'operations'],
    director: ['总监', '运营总监'],
    it: ['IT', '信息', '技术', '管理员', 'admin'],
  },
  left: ['离职', '停用', '已离职', 'left', 'no', 'false', '0', '否'],
  staying: ['在职', '启用', '正常', 'active', 'yes', 'true', '1', '是'],
} as const

const columnNames: Readonly<Record<string, string>> = { name: '姓名', roles: '角色' }

const problems: Readonly<Record<string, (shown: string) => string>> = {
  'missing-column': (shown) => `表头缺「${columnNames[shown] ?? shown}」列`,
  'no-name': () => '没有姓名',
  'no-roles': (shown) => `${shown}没有角色，可填：客服、客服组长、仓管、财务、运营主管、总监、IT`,
  'unknown-role': (shown) => `角色「${shown}」不认识，可填：客服、客服组长、仓管、财务、运营主管、总监、IT`,
  'unknown-status': (shown) => `状态「${shown}」不认识，填「在职」或「离职」`,
  'bad-phone': (shown) => `${shown}的手机号不完整`,
  'no-identity': (shown) => `${shown}的企业微信账号、钉钉工号、手机号都空着，认不出本人`,
  twice: (shown) => `${shown}的账号或手机号和上面某行重复`,
  'two-people': (shown) => `${shown}的账号和手机号分别属于两位已登记的成员，请先核对`,
}

/** One fault of the staff list: 「第 7 行：…」. */
export function memberProblemText(line: number, problem: string, shown: string): string {
  return `第 ${line} 行：${problems[problem]?.(shown) ?? problem}`
}

/** The result of an import in one line. */
export function memberImportText(counts: {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly deactivated: number
  readonly problems: number
}): string {
  const { created, updated, unchanged, deactivated } = counts
  const head = `新增 ${created} 人，更新 ${updated} 人，未变 ${unchanged} 人`
  const left = deactivated > 0 ? `，停用 ${deactivated} 人` : ''
  return counts.problems > 0 ? `${head}${left}；${counts.problems} 处有误，这些行没有导入` : `${head}${left}`
}
