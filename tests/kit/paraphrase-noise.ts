import type { Draw } from './paraphrase-draw.ts'

/** Slips by sound and by shape that leave a reader in no doubt. */
const slips: readonly (readonly [string, string])[] = [
  ['纸尿裤', '纸尿库'],
  ['纸尿裤', '纸尿酷'],
  ['入仓', '入苍'],
  ['入仓', '入舱'],
  ['快递', '快第'],
  ['快递', '快弟'],
  ['在哪里', '在哪理'],
  ['到哪了', '到那了'],
  ['订单', '定单'],
  ['物流', '物留'],
  ['物流', '勿流'],
  ['退货', '退或'],
  ['退款', '退宽'],
  ['到账', '到帐'],
  ['审批', '审皮'],
  ['审批', '省批'],
  ['赠品', '曾品'],
  ['赠品', '赠频'],
  ['发货', '发获'],
  ['签收', '签受'],
  ['签收', '千收'],
  ['运单', '运丹'],
  ['奶粉', '奶份'],
  ['湿巾', '湿斤'],
  ['推车', '推扯'],
  ['什么时候', '什么时侯'],
  ['库存', '裤存'],
  ['仓库', '苍库'],
  ['短信', '短讯'],
  ['取消', '取肖'],
  ['会员', '会圆'],
  ['承运商', '成运商'],
  ['更新', '更薪'],
  ['包裹', '包果'],
  ['门槛', '门坎'],
  ['轨迹', '鬼迹'],
  ['待办', '代办'],
  ['状态', '壮态'],
]

const initials: Readonly<Record<string, string>> = {
  订单: 'dd',
  快递: 'kd',
  物流: 'wl',
  状态: 'zt',
  运单: 'yd',
  赠品: 'zp',
  退款: 'tk',
  发货: 'fh',
  签收: 'qs',
  库存: 'kc',
  短信: 'dx',
}

const spelt: Readonly<Record<string, string>> = {
  到哪了: 'dao na le',
  物流: 'wuliu',
  快递: 'kuaidi',
  什么时候: 'shenme shihou',
  退款: 'tuikuan',
  赠品: 'zengpin',
  发货: 'fahuo',
  库存: 'kucun',
  签收: 'qianshou',
}

const oldForms = new Map(
  '单單 订訂 发發 货貨 号號 这這 个個 时時 候候 没沒 还還 里裡 么麼 吗嗎 谁誰 运運 递遞 库庫 仓倉 钱錢 赠贈 签簽 审審 过過 录錄 账賬 处處'
    .split(' ')
    .map(([sign = '', old = '']) => [sign, old] as const),
)

const openings = [
  '麻烦',
  '帮忙',
  '亲 ',
  '亲,',
  '在吗 ',
  '在吗?',
  '你好,',
  '急!',
  '请问',
  '请问下 ',
  '那个 ',
  '老师,',
  '客户急 ',
  '帮我看下 ',
  '问下 ',
  '哈喽 ',
  '诶,',
  '急急急 ',
  '辛苦 ',
  '有空帮忙看下 ',
]
const closings = [
  '?',
  '？',
  '!',
  '。',
  '～',
  '~',
  '🙏',
  '😭',
  ' 急',
  ' 谢谢',
  '呀',
  '啊',
  '呢',
  ' 在线等',
  ',客户催',
  '??',
  ' 麻烦了',
  '哦',
  ' 辛苦',
]
const signsOnly = ['。', '!', '🙏', '～', ' 🙏🙏']

/** One slip in words that are not the speaker's own (reasons, names, numbers stay as they are). */
export function slip(draw: Draw, text: string): string {
  const fitting = slips.filter(([right]) => text.includes(right))
  if (fitting.length === 0) return text
  const [right, wrong] = draw.of(fitting)
  return text.replace(right, wrong)
}

/** 訂單 for 订单. */
export const traditional = (text: string) => [...text].map((sign) => oldForms.get(sign) ?? sign).join('')

/** kd for 快递, dao na le for 到哪了. */
export function lettered(draw: Draw, text: string): string {
  const table = draw.chance(0.6) ? initials : spelt
  const fitting = Object.keys(table).filter((word) => text.includes(word))
  if (fitting.length === 0) return text
  const word = draw.of(fitting)
  return text.replace(word, ` ${table[word] ?? word} `).replace(/\s+/g, ' ')
}

/** What people put before and behind; `free` lines end in words of their own, so only signs may follow. */
export function wrapped(draw: Draw, text: string, free: boolean): string {
  const head = draw.chance(0.3) ? draw.of(openings) : ''
  const foot = draw.chance(0.35) ? draw.of(free ? signsOnly : closings) : ''
  return head + text + foot
}
