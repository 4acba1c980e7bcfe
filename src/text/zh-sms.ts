/** How 阿里云 says which limit of a number is reached (isv.BUSINESS_LIMIT_CONTROL). Unconfirmed. */
export const aliyunLimits = { day: /天级/, hour: /小时级/ } as const

/** What it reads when a receipt was taken. */
export const aliyunTook = '接收成功'

/** What a message about something overdue may say, for the preview of a template. */
export const smsSample = {
  title: '超24小时未处理·可能触发平台罚款',
  about: 'TH2611230019 抖音 ¥169，财务终审·小陈 已26时',
  text: '超24小时未处理·可能触发平台罚款：TH2611230019 抖音 ¥169，财务终审·小陈 已26时。请到工作群助手里处理。',
} as const
