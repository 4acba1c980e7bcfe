/** Words in which 旺店通 says why a call failed: it has texts, not codes. Unconfirmed beyond the first two and the shop's right. */
export const wdtWords = {
  busy: /超过每分钟最大调用频率|并发次数限制|调用频率|请求过于频繁|系统繁忙/,
  shopRight: /店铺权限不足|没有店铺权限/,
  noWarehouse: /仓库不存在/,
  badSpan: /起止时间|时间跨度|开始时间|结束时间/,
  badSign: /签名|sign/i,
  clockOff: /时间戳|timestamp/i,
  noOrder: /订单不存在|原始单不存在|未找到(?:对应)?订单/,
} as const
