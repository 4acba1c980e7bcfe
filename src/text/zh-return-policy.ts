import type { Phrase } from './answers.ts'

/** Words of the return policy: what kind of goods a name means, what was said of it, and the answers. */

const kinds = [
  // baby formula before bottles: 奶粉 is food, 奶瓶 is not
  [
    'food',
    /奶粉|液态奶|水奶|酸奶|米粉|米糊|辅食(?!机|碗)|果泥|苹果泥|肉泥|菜泥|面条|米饼|饼干|磨牙棒|泡芙|溶豆|果汁|零食|DHA|藻油|鱼油|鱼肝油|维生素|滴剂|D3|钙|铁剂|益生菌|乳铁蛋白|叶酸|燕窝|营养品|保健品/i,
  ],
  [
    'hygiene',
    /湿巾|湿纸巾|纸尿裤|纸尿片|尿不湿|拉拉裤|尿布|尿片|棉柔巾|洗脸巾|纸巾|云柔巾|产褥垫|防溢乳垫|隔尿垫|待产包/,
  ],
  [
    'intimate',
    /奶嘴|奶瓶(?!刷|清洗)|吸管杯|学饮杯|牙胶|吸奶器|储奶袋|内衣|袜|连体衣|哈衣|和尚服|口水巾|围兜|围嘴|毛巾|浴巾|吸鼻器|体温计|耳温枪|雾化/,
  ],
  ['care', /洗发|沐浴|洗衣|清洗剂|面霜|润肤|身体乳|护臀|爽身粉|防晒|驱蚊/],
  [
    'ordinary',
    /推车|婴儿车|童车|座椅|婴儿床|摇椅|睡袋|枕|床|爬行垫|爬爬垫|地垫|围栏|学步车|滑板车|平衡车|三轮车|玩具|积木|绘本|早教机|故事机|点读笔|消毒|温奶器|恒温|调奶器|辅食机|澡盆|浴盆|背带|腰凳|妈咪包|外套|衣服|裤|裙|鞋|帽|手套|马甲|被/,
  ],
] as const

/** The kind of goods a name means; `unknown` asks for the warehouse's look. */
export function goodsKind(name: string): (typeof kinds)[number][0] | 'unknown' {
  return kinds.find(([, form]) => form.test(name))?.[0] ?? 'unknown'
}

/** Whether the line says it was opened; undefined when it says nothing. */
export function saidOpened(text: string): boolean | undefined {
  if (/(?:没|未|不曾|没有)(?:有)?(?:拆|开|用|动|打开|使用)|全新|原封|没动过/.test(text)) return false
  return /拆(?:封|开|了|过)|开(?:过|了|封|盖|罐|包)|打开|用(?:过|了)|喝(?:过|了)|吃(?:过|了)|穿(?:过|了)|试(?:过|用|穿)|洗(?:过|了)/.test(
    text,
  )
    ? true
    : undefined
}

/** Whether something is said to be wrong with the goods. */
export const saidFaulty = (text: string): boolean =>
  /破损|坏|漏液|漏了|裂|质量|瑕疵|异味|变质|发霉|过敏|发错|错发|少配件|不能用|故障|临期|过期/.test(text)

export const kindNames: Readonly<Record<string, string>> = {
  food: '食品',
  hygiene: '卫生用品',
  intimate: '贴身用品',
  care: '洗护用品',
  ordinary: '一般商品',
  unknown: '未归类',
}

const openedWhy: Readonly<Record<string, string>> = {
  health: '影响食用安全',
  hygiene: '影响卫生',
  quality: '品质会变',
}

const signedOn = (days: number | undefined): string =>
  days === undefined ? '' : days === 0 ? '签收当天，' : `签收第${days}天，`

export const policyTitles = {
  yes: (days: number | undefined, noReasonDays: number, unopenedOnly: boolean): Phrase => ({
    head: `可以退：${days === undefined ? '签收' : signedOn(days)}`,
    body: `${unopenedOnly ? (days === undefined ? '后未拆封' : '未拆封') : ''}${noReasonDays}天内无理由`,
  }),
  fault: (days: number | undefined, qualityDays: number): Phrase => ({
    head: `可以退：${signedOn(days)}`,
    body: `质量问题${qualityDays}天内`,
  }),
  qualityOnly: (days: number, noReasonDays: number): Phrase => ({
    head: `不建议：${signedOn(days)}`,
    body: `已过${noReasonDays}天无理由`,
    tail: '；可申请例外',
  }),
  opened: (what: string, rule: string): Phrase => ({
    head: '不建议：',
    body: `${what}已拆封，${openedWhy[rule] ?? '影响再售'}`,
    tail: '；可申请例外',
  }),
  late: (days: number | undefined, qualityDays: number): Phrase => ({
    head: `不建议：${signedOn(days)}`,
    body: `已过${qualityDays}天`,
    tail: '；可申请例外',
  }),
  unsigned: (noReasonDays: number): Phrase => ({ head: `还没签收：签收后${noReasonDays}天内可以申请` }),
  over: (why: string): Phrase => ({ head: '不用退：', body: why }),
} as const

export const policyWords = {
  signedAt: (at: string, days: number) => (days === 0 ? `${at}，当天` : `${at}，第${days}天`),
  opened: '已拆封',
  unopened: '未拆封',
  openedUnsaid: '没有说，以仓库验货为准',
  terms: (noReason: string, quality: string) => `无理由到${noReason}，质量到${quality}`,
  termDays: (noReason: number, quality: number) => `无理由${noReason}天，质量${quality}天`,
  generalRule: '食品、卫生用品、贴身和洗护用品拆封后不适用无理由',
  openedRule: (kind: string, rule: string) =>
    openedWhy[rule] === undefined ? `${kind}：不影响再次销售可以退` : `${kind}：拆封后${openedWhy[rule]}，不适用无理由`,
  faultRule: (qualityDays: number) => `有质量问题、破损或发错：签收${qualityDays}天内可退，不看拆封`,
  notAPromise: '能不能收，以仓库验货为准',
  hasReturn: (no: string) => `已有退货 ${no}`,
  noReturn: '没有退货记录',
  source: (version: number) => `依据：七日无理由退货办法，本店政策v${version}`,
  cancelled: '订单已取消',
  unpaid: '还没有付款',
  goodsUnsaid: '商品',
  kind: (what: string, kind: string): Phrase | undefined =>
    what === ''
      ? undefined
      : {
          head: '',
          body: what,
          tail: `，${kindNames[kind] ?? kind}`,
          keep: 'end',
        },
  /** The question a button stands for, typed. */
  asked: (what: string, opened: boolean | undefined) =>
    `${opened === undefined ? '' : opened ? '拆封的' : '没拆封的'}${what}能退吗`,
} as const
