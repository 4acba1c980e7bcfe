import type { CarrierCode } from '../hub/order-facts.ts'
import { carrierOf } from '../hub/waybill-no.ts'
import { carrierWords } from '../text/sheet-columns.ts'

/** Carriers by vendors' codes in small letters: 抖店 and 快递100, 淘宝, 旺店通, 快递鸟, 微信小店. */
const byCode: Readonly<Record<string, CarrierCode>> = {
  shunfeng: 'SF',
  sf: 'SF',
  zhongtong: 'ZTO',
  zto: 'ZTO',
  yuantong: 'YTO',
  yto: 'YTO',
  yunda: 'YUNDA',
  yd: 'YUNDA',
  shentong: 'STO',
  sto: 'STO',
  jtexpress: 'JT',
  jitu: 'JT',
  jtsd: 'JT',
  htky: 'JT',
  jd: 'JD',
  jdwl: 'JD',
  jingdong: 'JD',
  ems: 'EMS',
  youzhengguonei: 'POST',
  postb: 'POST',
  yzpy: 'POST',
  debangkuaidi: 'DBL',
  debangwuliu: 'DBL',
  dbl: 'DBL',
  db: 'DBL',
  danniao: 'CAINIAO',
}

type Carried = { readonly carrier?: CarrierCode; readonly carrierName?: string }

/**
 * The hub's carrier for a vendor's code and name; without a known one, the carrier whose form of number it certainly is; else OTHER
 * with the name as it was given. Nothing where nothing was told.
 */
export function carrierNamed(told: {
  readonly code?: string | undefined
  readonly name?: string | undefined
  readonly waybillNo?: string | undefined
}): Carried {
  const { code, name, waybillNo } = told
  const known = byCode[(code ?? '').toLowerCase()] ?? carrierWords.find(([form]) => form.test(name ?? code ?? ''))?.[1]
  if (known !== undefined) return { carrier: known as CarrierCode }
  const guess = waybillNo === undefined ? undefined : carrierOf(waybillNo)
  const [sure] = guess?.certainty === 'certain' ? guess.carriers : []
  if (sure !== undefined) return { carrier: sure }
  const printed = name ?? code
  return printed === undefined ? {} : { carrier: 'OTHER', carrierName: printed }
}
