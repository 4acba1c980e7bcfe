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
