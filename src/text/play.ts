/** Words of the play chat that its door needs; what the page itself says is in src/console/text.ts. */

export type PlayPersonaText = { readonly name: string; readonly role: string; readonly does: string }

/** The bot's name in the chat; in the group it answers only to its mention. */
export const playAssistant = { name: '助手', mention: '@助手' } as const

export const playGroupName = '订单协作群'

/** Who can be played. The sample data makes members of these names (all but the stranger). */
export const playPersonaTexts = {
  cs: { name: '小李', role: '客服', does: '查单、答客户' },
  cs_lead: { name: '小林', role: '客服组长', does: '退货初审、看待办' },
  warehouse: { name: '小周', role: '仓管', does: '复核、扫码入库' },
  finance: { name: '小陈', role: '财务', does: '退款终审' },
  director: { name: '沈总', role: '运营总监', does: '看全局、处理超时' },
  ops: { name: '小何', role: '运营主管', does: '规则、导入表格' },
  it: { name: '小孙', role: 'IT', does: '体检、权限、导入' },
  stranger: { name: '路人', role: '未登记', does: '不在成员名单里' },
} as const satisfies Readonly<Record<string, PlayPersonaText>>
