/**
 * Words printed on express labels, as text engines give them back: the reader's vocabulary, never shown. Upper case, half
 * width, without blanks; codes are the hub's carrier codes.
 */

/** `weight` 1: the carrier's own name on its own label · less: also printed on others' labels, or part of other words. */
export type CarrierWord = { readonly carrier: string; readonly word: RegExp; readonly weight: number }

export const carrierWords: readonly CarrierWord[] = [
  { carrier: 'SF', word: /顺丰|順豐|顺豐|SF-?EXPRESS|SF速运/, weight: 1 },
  { carrier: 'SF', word: /(?<!\d)95338(?!\d)/, weight: 0.9 },
  { carrier: 'JD', word: /京东(?:快递|物流|快运)|京邦达|JDL|JD\.?LOGISTICS/, weight: 1 },
  { carrier: 'JD', word: /(?<!\d)950616(?!\d)/, weight: 0.9 },
  { carrier: 'JD', word: /京东(?!快递|物流|快运|商城|自营|订单)/, weight: 0.4 },
  { carrier: 'JT', word: /极兔|极免|极冤|板兔|J&TEXPRESS|JT-?EXPRESS|J[&8]T(?![A-Z])/, weight: 1 },
  { carrier: 'JT', word: /(?<!\d)956025(?!\d)/, weight: 0.9 },
  { carrier: 'YTO', word: /圆通|圓通|园通|YTO-?EXPRESS|(?<![A-Z])YTO(?![A-Z])/, weight: 1 },
  { carrier: 'YTO', word: /(?<!\d)95554(?!\d)/, weight: 0.9 },
  { carrier: 'DBL', word: /德邦|德帮|DEPPON/, weight: 1 },
  { carrier: 'DBL', word: /(?<!\d)95353(?!\d)/, weight: 0.9 },
  { carrier: 'STO', word: /申通|[甲电]通快|STO-?EXPRESS|(?<![A-Z])STO(?![A-Z])/, weight: 1 },
  { carrier: 'STO', word: /(?<!\d)95543(?!\d)/, weight: 0.9 },
  { carrier: 'YUNDA', word: /韵达|韻達|韵达快递|YUNDA/, weight: 1 },
  { carrier: 'YUNDA', word: /(?<!\d)95546(?!\d)/, weight: 0.9 },
  { carrier: 'ZTO', word: /中通(?!讯|知)|ZTO-?EXPRESS|(?<![A-Z])ZTO(?![A-Z])/, weight: 1 },
  { carrier: 'ZTO', word: /(?<!\d)95311(?!\d)/, weight: 0.9 },
  { carrier: 'EMS', word: /特快专递|邮政速递|邮政特快|(?<![A-Z])EMS(?![A-Z])/, weight: 1 },
  { carrier: 'POST', word: /邮政快递包裹|快递包裹|CHINAPOST/, weight: 1 },
  { carrier: 'POST', word: /中国邮政|邮政/, weight: 0.5 },
  { carrier: 'EMS', word: /(?<!\d)11183(?!\d)/, weight: 0.3 },
  { carrier: 'POST', word: /(?<!\d)11183(?!\d)/, weight: 0.3 },
  { carrier: 'CAINIAO', word: /丹鸟|菜鸟(?:速递|直送|配送)/, weight: 1 },
  { carrier: 'CAINIAO', word: /菜鸟|CAINIAO/, weight: 0.4 },
  // how their numbers begin: enough for the carrier where creases or glare took digits away
  { carrier: 'SF', word: /(?<![A-Z0-9])SF[0-9]\d{7,}/, weight: 0.9 },
  { carrier: 'JD', word: /(?<![A-Z0-9])JD(?:V[A-Z]|[XK])\d{7,}/, weight: 0.9 },
  { carrier: 'JT', word: /(?<![A-Z0-9])JT\d{8,}/, weight: 0.9 },
  { carrier: 'YTO', word: /(?<![A-Z0-9])YT\d{8,}/, weight: 0.9 },
  { carrier: 'DBL', word: /(?<![A-Z0-9])DPK\d{7,}/, weight: 0.9 },
  // their sites, printed at the foot
  { carrier: 'SF', word: /SF-?EXPRESS\.COM|SF-EX/, weight: 0.9 },
  { carrier: 'YTO', word: /YTO\.NET/, weight: 0.9 },
  { carrier: 'YUNDA', word: /YUNDAEX/, weight: 0.9 },
  { carrier: 'JT', word: /JTEXPRESS/, weight: 0.9 },
  { carrier: 'ZTO', word: /ZTO\.C/, weight: 0.9 },
  { carrier: 'STO', word: /(?<![A-Z])STO\.C/, weight: 0.9 },
  // names of services that one carrier sells
  { carrier: 'JD', word: /^(?:特惠送|特快送|京准达|京尊达)$/, weight: 0.7 },
  { carrier: 'YTO', word: /圆准达/, weight: 0.7 },
  { carrier: 'JT', word: /兔优达/, weight: 0.7 },
  { carrier: 'YUNDA', word: /智橙网/, weight: 0.7 },
  // carriers without a code of their own; 百世 is not among them, its parcels travel with numbers of 极兔
  {
    carrier: 'OTHER',
    word: /安能|米滴答|优速|跨越速运|宅急送|天天快递|速尔|京广速递|丰网|YIMIDIDA|ANEEXPRESS/,
    weight: 1,
  },
]

/**
 * Names of which a crease took a sign, or that were read as others: what is left belongs to one carrier only. Asked where the
 * carrier is not named in full. 通, 达, 东 and 邦 alone are in too many other names.
 */
export const carrierRemains: readonly CarrierWord[] = [
  { carrier: 'SF', word: /(?:^|[^越])丰速运|顺.速运|^速运$|顺.标快|丰标快/, weight: 0.75 },
  { carrier: 'JD', word: /京.(?:快递|物流)|京东[快物]/, weight: 0.75 },
  { carrier: 'JT', word: /极.速递|兔速递|^极[兔免冤]/, weight: 0.75 },
  { carrier: 'YTO', word: /圆.速递|^圆通/, weight: 0.75 },
  { carrier: 'DBL', word: /德.快递|DEPP[O0]/, weight: 0.75 },
  { carrier: 'STO', word: /申.快递/, weight: 0.75 },
  { carrier: 'YUNDA', word: /韵.[快速]递|YUN[DO]A/, weight: 0.75 },
  { carrier: 'ZTO', word: /中.快递(?!包)/, weight: 0.75 },
  { carrier: 'EMS', word: /特快专|快专递|邮政[^快]递|速递物流/, weight: 0.75 },
  { carrier: 'POST', word: /快递包|递包裹|邮政快递|CHINAP|NAPOST/, weight: 0.75 },
  { carrier: 'CAINIAO', word: /菜.速递|鸟速递/, weight: 0.75 },
]

/** A carrier named in a wish or an address is not the carrier of the label: 请发顺丰, 中通路, 勿发韵达. */
export const carrierWish = /(?:发|走|选|用|寄|改|换|勿|别|不要|拒收?|除)(?:.{0,2})$/
export const placeAfterCarrier = /^(?:大道|路|街|巷|大厦|广场|小区|花园|村|桥|寺|新村|家园)/

export const waybillWords = /运单号?码?|快递单号?|物流单号|面单号|邮件号码?|单号|MAILNO|WAYBILL|TRACKINGNO|AWB/
/** Numbers behind these are no waybill of this parcel. */
export const otherNumberWords =
  /订单|原单|回单|退单|转单|母单|商品|货号|条码|编码|款号|批号|批次|税号|许可|备案|证号|执照|电话|热线|客服|手机|邮编|金额|代收|保价|身份证|SKU/

export const orderWords = /(?:商家|平台|店铺|交易|电商|外部|客户)?订单(?:编号|号码|号)?|订单|ORDERNO/

/** Printed, or sent: what people mean by the time on a label. The earlier in the list, the better. */
export const printWords = /第?\d{0,2}次?打印(?:时间|日期)?|[打印](?:时间|日期)|打单时间|制单时间|出单时间/
export const sendWords =
  /寄件(?:时间|日期)|收寄(?:时间|日期)|揽收(?:时间|日期)|取件时间|揽件时间|寄出时间|寄递日期|下单(?:时间|日期)|发货(?:时间|日期)/
/** A day is all that stands behind these; behind the others a clock was printed too. */
export const dayWords = /日期/
/** Other times: form fields to be filled in, promises, dates of the goods. */
export const otherTimeWords = /签收|预计|送达|派送时间|生产|有效|保质|过期|付款|支付|预约|截止|版本|配送时间|到货/

export const recipientWords = /收件|(?<!代)收货|^收$|^收(?!寄|款|费|据|现)|TO:/
export const senderWords = /寄件(?!时间|日期|码)|发件(?!时间|日期)|^寄$|^寄(?!递|付)|退货?地址|FROM:/
export const virtualPhoneWords = /安全号|虚拟号|隐私号|转接|分机|转拨/
/** What the paper says to whoever opens the door, and under a QR: it names parties, but stands beside neither's phone. */
export const formWords = /送达|签[字收名]|视为|验货|扫码/
export const servicePhoneWords = /热线|客服|投诉|服务电话|网点电话|查询电话|官网/
