/** Words in which 金蝶云星空 says why a query failed. The first is in its documents, the others are unconfirmed. */
export const kingdeeWords = {
  sessionLost: /会话信息已丢失|会话已过期|请重新登录/,
  noRight: /没有.{0,20}权限|无.{0,10}权限/,
  noField: /字段.{0,40}不存在|不存在.{0,20}字段|标识.{0,40}不存在/,
  busy: /请求过于频繁|系统繁忙|超过.{0,10}(?:频率|并发)/,
} as const

/** Words in which 用友 U8 OpenAPI says why a call failed. Unconfirmed, but for "token". */
export const u8Words = {
  token: /token/i,
  agentOff: /(?:代理|客户端|数据源|服务器).{0,12}(?:离线|不在线|未启动|未连接|连接失败|无响应)|连接.{0,6}超时/,
  busy: /调用.{0,6}(?:频繁|上限|次数)|请求过于频繁|系统繁忙/,
  closed: /结账|月结|系统维护/,
} as const

/** Below 「未知」: what the accounts told last, with its time. */
export const lastToldTexts = {
  label: '旧账',
  value: (fen: bigint, amount: string, at: string) => `${fen > 0n ? `欠款${amount}` : '没有欠款'}（${at}）`,
} as const

/** What a distributor owes, for finance and the director. */
export const shopDebtTexts = {
  inPrivate: '欠款不在群里说，请私聊问我。',
  owed: (shop: string, fen: bigint, amount: string, system: string, at: string) =>
    `${shop}${fen > 0n ? `欠款${amount}` : '没有欠款'}（${system}，${at}查）。`,
  silent: (shop: string, fen: bigint, amount: string, system: string, at: string) =>
    `${shop}现在的欠款未知：${system}没有响应。${at}查到的是${fen > 0n ? `欠款${amount}` : '没有欠款'}，只供参考。`,
} as const

/** Words in which 纷享销客 says that it is called too often: its limits have no code that is documented. */
export const fxiaokeWords = {
  pack: /(?:当日|今日|每日|套餐|资源包).{0,20}(?:上限|用完|不足|超)/,
  busy: /(?:频率|频繁|次数).{0,20}(?:限制|上限|过高|超)|过于频繁|too (?:many|frequent)/i,
} as const
