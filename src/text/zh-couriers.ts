/** What carriers and trackers say of a parcel in words, where their codes leave it open. Never read for "signed". */
export const trackWords = {
  refused: /拒收|拒签|拒绝签收/,
  returning: /退回|退件|退签|返回发件|退返/,
  damaged: /破损|损坏|污损/,
  lost: /丢失|遗失/,
  unreachable: /无法联系|联系不上|无人接听|电话.{0,6}(?:错误|有误|关机|停机|空号)/,
  deliveryFailed:
    /超区|改派|地址.{0,6}(?:错误|有误|不详|不符)|派(?:送|件).{0,4}(?:不成功|未成功|失败|异常)|未妥投|客户.{0,4}不在/,
  stuck: /滞留|积压|延误|超时未(?:取|签收|更新)|暂存/,
  delivering:
    /派送中|派件中|正在(?:为您)?派[送件]|(?:快递员|派件员|业务员).{0,20}派[送件]|代收|丰巢|驿站|快递柜|自提柜|待取件|已到达.{0,12}(?:门店|服务点)/,
  collected: /已揽[收件]|揽收|已收件|收寄|收取快件/,
} as const

/** A signature of a counter or a machine, read only where a code says "signed"; one of the buyer names it as a place to ask at. */
export const stationWords = /^(?!.*本人).*(?:丰巢|驿站|快递柜|自提柜|智能柜|代收点|自提点)/s

/** Who signed when it was not the buyer, as answers name them. */
export const stoodIn = { agent: '代收人', station: '驿站或快递柜' } as const

/** 快递鸟 says why a call failed in words of which only a few are published. Unconfirmed. */
export const kdniaoWords = {
  subscribed: /(?:已|重复).{0,4}订阅/,
  busy: /繁忙|频繁|频率|稍后|超时|并发/,
  quota: /余额不足|次数.{0,6}(?:用完|不足|已满|超)|套餐|欠费|未购买|没有可用/,
  signature: /签名|DataSign|AppKey|商户|EBusinessID|用户ID/i,
  badNumber:
    /单号.{0,8}(?:错误|有误|不正确|无效|不合法)|快递公司.{0,10}(?:错误|不正确|不存在|不支持)|不支持.{0,8}(?:快递|物流)/,
  noTrack: /(?:暂无|没有|无|未查询到|查无).{0,6}(?:轨迹|物流|结果|信息)/,
} as const

/** What 顺丰 reads when its push was taken. Unconfirmed. */
export const sfTook = '成功'

/** 快递100 says in words why it stops telling of a number. */
export const kuaidi100Words = { nothingFound: /3天|三天|查询无记录/ } as const

/** What 快递100 reads when its push was taken. */
export const kuaidi100Took = '成功'
