/**
 * A labelled set for the merging of customers: invented people of whom it is known who they are, with what makes merging hard.
 * Families send to one address, presents go to other people's phones, an agent's phone takes in the goods of many, resellers
 * order for strangers, platforms give virtual numbers and masked names, colleagues bear one name.
 */
export type TruthOrder = {
  /** Whose account placed it, and whose phone it is sent to; the same person but for presents, agents and resale. */
  readonly buyer: string
  readonly receiver: string
  readonly channel: 'douyin' | 'tmall' | 'miniapp'
  readonly account: string
  readonly member?: string
  readonly phone: string
  readonly name: string
  readonly address: string
}

type Random = () => number

const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗']
const given = [
  '伟',
  '敏',
  '静',
  '丽',
  '强',
  '磊',
  '军',
  '洋',
  '勇',
  '艳',
  '杰',
  '娟',
  '涛',
  '明',
  '超',
  '秀兰',
  '霞',
  '平',
  '桂英',
  '晓东',
]
const streets = ['文一西路', '江南大道', '解放路', '中山北路', '人民东路', '科技园路', '滨河路', '建设三路']
const channels = ['douyin', 'tmall', 'miniapp'] as const

/** The same seed gives the same people, for ever. */
export function peopleTruth(seed: number, people: number): readonly TruthOrder[] {
  const random = mulberry(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const homes = Array.from({ length: Math.ceil(people / 2.2) }, (_, n) => homeOf(n, random, pick))
  const everybody = Array.from({ length: people }, (_, n) => personOf(n, random, pick, pick(homes)))
  const orders: TruthOrder[] = []
  for (const person of everybody) {
    const used = channels.filter(() => random() < 0.6)
    for (const channel of used.length > 0 ? used : [pick(channels)]) {
      const count = 1 + Math.floor(random() * 4)
      for (let n = 0; n < count; n++)
        orders.push(orderOf(person, channel, receiverOf(person, everybody, random, pick), random))
    }
  }
  return orders
}

type Person = {
  readonly id: string
  readonly name: string
  readonly phone: string
  readonly address: string
  /** resale: goes to other people every time; family: parents and children get presents. */
  readonly habit: 'own' | 'family' | 'resale' | 'agent'
  readonly isMember: boolean
}

function homeOf(n: number, random: Random, pick: <T>(list: readonly T[]) => T): string {
  return `浙江省杭州市余杭区${pick(streets)}${1 + Math.floor(random() * 900)}号${1 + (n % 28)}幢${1 + Math.floor(random() * 4)}单元${101 + Math.floor(random() * 2800)}室`
}

function personOf(n: number, random: Random, pick: <T>(list: readonly T[]) => T, address: string): Person {
  const draw = random()
  const habit = draw < 0.03 ? 'resale' : draw < 0.05 ? 'agent' : draw < 0.4 ? 'family' : 'own'
  const phone = `13${String(100_000_000 + Math.floor(random() * 899_999_999))}`
  return { id: `p${n}`, name: pick(surnames) + pick(given), phone, address, habit, isMember: random() < 0.3 }
}

/** An agent's phone takes in what its neighbours order; presents go where they go. */
function receiverOf(
  person: Person,
  all: readonly Person[],
  random: Random,
  pick: <T>(list: readonly T[]) => T,
): Person {
  if (person.habit === 'resale' || (person.habit === 'family' && random() < 0.3)) {
    const kin = all.filter(({ address, id }) => address === person.address && id !== person.id)
    return person.habit === 'family' && kin.length > 0 && random() < 0.6 ? pick(kin) : pick(all)
  }
  if (random() < 0.04) return pick(all.filter(({ habit }) => habit === 'agent').concat(person))
  return person
}

function orderOf(buyer: Person, channel: TruthOrder['channel'], receiver: Person, random: Random): TruthOrder {
  const hidden = channel === 'douyin' ? random() < 0.8 : channel === 'tmall' ? random() < 0.5 : false
  const masked = hidden && random() < 0.5
  return {
    buyer: buyer.id,
    receiver: receiver.id,
    channel,
    account: `${channel}-${buyer.id}`,
    ...(channel === 'miniapp' && buyer.isMember && { member: `m-${buyer.id}` }),
    phone: hidden
      ? `188${String(10_000_000 + Math.floor(random() * 89_999_999))}-${1000 + Math.floor(random() * 8999)}`
      : receiver.phone,
    name: masked ? `${receiver.name.slice(0, 1)}*` : receiver.name,
    address: masked ? `${receiver.address.slice(0, 9)}****` : receiver.address,
  }
}

function mulberry(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
