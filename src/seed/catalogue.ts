/** What the sample firm sells. Brands are invented; prices in fen. */
export type Product = {
  readonly sku: string
  readonly name: string
  readonly spec: string
  readonly priceFen: number
  /** How often it is bought, against the others. */
  readonly weight: number
  /** Usual quantity per line: bought one, or a few at a time. */
  readonly most: number
  /** Months it keeps; undefined = does not expire. */
  readonly keepsMonths?: number
}

const rows: readonly (readonly [string, string, string, number, number, number, number?])[] = [
  ['NF-P1-900', '初芽婴儿配方奶粉1段', '900g/罐', 29800, 7, 3, 24],
  ['NF-P2-900', '初芽较大婴儿配方奶粉2段', '900g/罐', 28800, 9, 4, 24],
  ['NF-P3-900', '初芽幼儿配方奶粉3段', '900g/罐', 26800, 13, 6, 24],
  ['NF-P3-400', '初芽幼儿配方奶粉3段', '400g/盒', 12900, 5, 4, 24],
  ['NF-G2-800', '云朵羊奶粉2段', '800g/罐', 33800, 3, 3, 24],
  ['NF-MM-700', '初芽孕产妇奶粉', '700g/罐', 15800, 2, 2, 24],
  ['DP-NB-60', '棉云纸尿裤', 'NB 60片', 8900, 4, 3, 36],
  ['DP-S-58', '棉云纸尿裤', 'S 58片', 9900, 5, 4, 36],
  ['DP-M-52', '棉云纸尿裤', 'M 52片', 10900, 8, 4, 36],
  ['DP-L-46', '棉云纸尿裤', 'L 46片', 11900, 10, 4, 36],
  ['DP-XL-40', '棉云纸尿裤', 'XL 40片', 11900, 7, 4, 36],
  ['PU-L-44', '棉云拉拉裤', 'L 44片', 12900, 6, 4, 36],
  ['PU-XXL-36', '棉云拉拉裤', 'XXL 36片', 12900, 4, 4, 36],
  ['WW-80-6', '棉云手口湿巾', '80抽×6包', 4990, 9, 4, 24],
  ['WT-100-10', '棉云棉柔巾', '100抽×10包', 6900, 6, 3, 36],
  ['BT-PPSU-240', '小满宽口径PPSU奶瓶', '240ml', 8800, 5, 2],
  ['BT-GL-160', '小满玻璃奶瓶', '160ml', 6600, 3, 2],
  ['NP-M-2', '小满仿母乳奶嘴', 'M码 2只装', 3900, 3, 3],
  ['BP-E2', '小满双边电动吸奶器', '静音款', 45900, 2, 1],
  ['ST-9', '小满恒温消毒一体机', '9瓶位', 32900, 1, 1],
  ['SL-L9', '贝途轻便婴儿推车', '可登机 雾灰', 89900, 2, 1],
  ['SL-T2', '贝途双胞胎推车', '前后座 墨绿', 169900, 1, 1],
  ['CS-360', '贝途儿童安全座椅', '0-7岁 360°旋转', 139900, 1, 1],
  ['RC-SP-225', '谷小宝高铁米粉', '原味 225g', 4580, 5, 3, 18],
  ['FP-AP-120', '谷小宝苹果泥', '120g×4袋', 3980, 4, 4, 15],
  ['BS-60', '谷小宝磨牙饼干', '60g', 1990, 4, 4, 12],
  ['DHA-60', '初芽藻油DHA', '60粒', 13800, 3, 2, 24],
  ['VD3-30', '初芽维生素D3滴剂', '30粒', 7800, 4, 3, 24],
  ['SH-300', '棉云婴儿洗发沐浴露', '300ml', 5900, 4, 2, 36],
  ['CR-100', '棉云婴儿面霜', '100g', 6800, 4, 2, 36],
  ['LD-2L', '棉云婴儿洗衣液', '2L', 4500, 5, 3, 36],
  ['RP-66', '安芽连体衣', '66码 春秋', 9900, 3, 2],
  ['RP-80', '安芽连体衣', '80码 加绒', 12900, 3, 2],
  ['SK-5', '安芽婴儿棉袜', '0-1岁 5双', 3900, 3, 2],
  ['SB-L', '安芽防踢睡袋', 'L码 恒温', 18900, 2, 1],
  ['MT-200', '安芽爬行垫', '200×180cm', 21900, 2, 1],
  ['TY-BL', '木朵积木', '60粒 桶装', 8800, 2, 1],
  ['BG-28', '安芽待产包', '28件套', 36900, 1, 1],
]

export const products: readonly Product[] = rows.map(([sku, name, spec, priceFen, weight, most, keepsMonths]) => ({
  sku,
  name,
  spec,
  priceFen,
  weight,
  most,
  ...(keepsMonths === undefined ? {} : { keepsMonths }),
}))

/** The product of a SKU of the list above. */
export function productOf(sku: string): Product {
  const product = products.find((candidate) => candidate.sku === sku)
  if (product === undefined) throw new RangeError(`no product ${sku}`)
  return product
}

export type GiftRule = {
  readonly rule: string
  readonly version: number
  readonly gift: string
  readonly sku: string
  readonly thresholdFen: number
  /** Only for customers of this level and above, 1–5. */
  readonly level: number
}

/** Biggest threshold first: the first one reached decides. */
export const giftRules: readonly GiftRule[] = [
  { rule: '规则#7', version: 2, gift: '妈咪包', sku: 'GF-BAG', thresholdFen: 129900, level: 3 },
  { rule: '规则#3', version: 5, gift: '围兜', sku: 'GF-BIB', thresholdFen: 29900, level: 1 },
]

/** SKUs that are out everywhere, and those with a lot that is near its date. */
export const soldOut: readonly string[] = ['SL-L9', 'BP-E2']
export const nearExpiry: readonly string[] = ['NF-P2-900', 'RC-SP-225', 'FP-AP-120']

export const returnReasons: readonly string[] = [
  '不想要了',
  '尺码不合适',
  '外包装破损',
  '漏液',
  '有异味',
  '发错货',
  '质量问题',
  '宝宝过敏',
  '临期不满意',
]
export const cancelReasons: readonly string[] = ['重复下单', '拍错规格', '不想要了', '地址填错', '缺货协商取消']
export const delayReasons: readonly string[] = ['缺货,等补货', '仓库爆单', '预售未到期', '等齐货合并发']
