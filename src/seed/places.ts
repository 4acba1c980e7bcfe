import { at, type Random, weighted } from './prng.ts'

export type City = {
  readonly province: string
  readonly city: string
  /** Name of the carriers' transit centre there. */
  readonly hub: string
  readonly districts: readonly string[]
  /** Days on the road from the warehouses, roughly. */
  readonly far: number
}

const rows: readonly (readonly [string, string, string, string, number, number])[] = [
  ['浙江省', '杭州市', '杭州萧山转运中心', '西湖区 滨江区 余杭区 拱墅区', 1, 10],
  ['上海市', '上海市', '上海青浦转运中心', '浦东新区 徐汇区 闵行区 静安区', 1, 10],
  ['江苏省', '苏州市', '苏州吴江转运中心', '工业园区 姑苏区 吴中区', 1, 7],
  ['江苏省', '南京市', '南京江宁转运中心', '鼓楼区 江宁区 建邺区', 1, 6],
  ['浙江省', '宁波市', '宁波北仑转运中心', '鄞州区 海曙区', 1, 5],
  ['广东省', '广州市', '广州白云转运中心', '天河区 番禺区 越秀区 白云区', 2, 9],
  ['广东省', '深圳市', '深圳宝安转运中心', '南山区 福田区 龙岗区', 2, 9],
  ['广东省', '佛山市', '佛山南海转运中心', '禅城区 顺德区', 2, 4],
  ['北京市', '北京市', '北京通州转运中心', '朝阳区 海淀区 丰台区 大兴区', 2, 8],
  ['天津市', '天津市', '天津武清转运中心', '南开区 和平区', 2, 4],
  ['四川省', '成都市', '成都双流转运中心', '武侯区 锦江区 高新区', 3, 7],
  ['重庆市', '重庆市', '重庆渝北转运中心', '渝中区 江北区 渝北区', 3, 5],
  ['湖北省', '武汉市', '武汉东西湖转运中心', '洪山区 武昌区 江汉区', 2, 6],
  ['湖南省', '长沙市', '长沙望城转运中心', '岳麓区 雨花区', 2, 5],
  ['河南省', '郑州市', '郑州航空港转运中心', '金水区 二七区', 2, 5],
  ['陕西省', '西安市', '西安未央转运中心', '雁塔区 碑林区', 3, 5],
  ['山东省', '济南市', '济南历城转运中心', '历下区 市中区', 2, 4],
  ['山东省', '青岛市', '青岛胶州转运中心', '市南区 崂山区', 2, 4],
  ['福建省', '厦门市', '厦门同安转运中心', '思明区 湖里区', 2, 3],
  ['安徽省', '合肥市', '合肥肥东转运中心', '蜀山区 包河区', 1, 4],
  ['辽宁省', '沈阳市', '沈阳苏家屯转运中心', '和平区 沈河区', 3, 3],
  ['黑龙江省', '哈尔滨市', '哈尔滨平房转运中心', '南岗区 道里区', 4, 2],
  ['云南省', '昆明市', '昆明官渡转运中心', '五华区 盘龙区', 3, 2],
  ['新疆维吾尔自治区', '乌鲁木齐市', '乌鲁木齐头屯河转运中心', '天山区 沙依巴克区', 6, 1],
]

export const cities: readonly City[] = rows.map(([province, city, hub, districts, far]) => ({
  province,
  city,
  hub,
  districts: districts.split(' '),
  far,
}))

export const pickCity = weighted(cities.map((city, index) => [city, at(rows, index)[5]] as const))

const roads = [
  '文三路',
  '中山路',
  '人民路',
  '解放路',
  '建设大道',
  '滨江大道',
  '科技路',
  '学院路',
  '长江路',
  '青年路',
  '花园路',
  '望江路',
]
const estates = [
  '翡翠城',
  '锦绣花园',
  '阳光里',
  '绿城桂园',
  '万和家园',
  '云栖府',
  '春江花月',
  '金色年华',
  '碧水湾',
  '和平里',
]

export function cityOf(name: string): City {
  const city = cities.find((candidate) => candidate.city === name)
  if (city === undefined) throw new RangeError(`no city ${name}`)
  return city
}

/** "浙江省 杭州市", or the city alone where it is its own province. */
export function regionOf(city: City): string {
  return city.province === city.city ? city.city : `${city.province} ${city.city}`
}

export function streetOf(random: Random, city: City): string {
  const home = `${random.pick(estates)}${random.int(1, 28)}幢${random.int(1, 3)}单元${random.int(1, 26)}0${random.int(1, 4)}室`
  return `${random.pick(city.districts)}${random.pick(roads)}${random.int(1, 888)}号${home}`
}

export type Warehouse = { readonly name: string; readonly city: City; readonly branch: string }

export const warehouses: readonly Warehouse[] = [
  { name: '杭州仓', city: cityOf('杭州市'), branch: '杭州余杭仓前网点' },
  { name: '广州仓', city: cityOf('广州市'), branch: '广州白云江高网点' },
  { name: '武汉仓', city: cityOf('武汉市'), branch: '武汉吴家山网点' },
]

/** The warehouse nearest to a province ships, most of the time. */
export function warehouseFor(random: Random, city: City): Warehouse {
  const south = /广东|福建|云南|湖南/.test(city.province)
  const middle = /湖北|河南|陕西|四川|重庆/.test(city.province)
  const home = at(warehouses, south ? 1 : middle ? 2 : 0)
  return random.chance(0.88) ? home : random.pick(warehouses)
}

export const stores: readonly { readonly code: string; readonly name: string; readonly city: City }[] = [
  { code: 'HZ01', name: '杭州湖滨店', city: cityOf('杭州市') },
  { code: 'HZ04', name: '杭州滨江店', city: cityOf('杭州市') },
  { code: 'SH02', name: '上海徐汇店', city: cityOf('上海市') },
  { code: 'SH05', name: '上海浦东店', city: cityOf('上海市') },
  { code: 'SZ01', name: '苏州园区店', city: cityOf('苏州市') },
  { code: 'NJ03', name: '南京江宁店', city: cityOf('南京市') },
  { code: 'GZ02', name: '广州天河店', city: cityOf('广州市') },
  { code: 'WH01', name: '武汉光谷店', city: cityOf('武汉市') },
]
