import { anyMark } from './marks.ts'

/** The words that carry the wish itself; what stands around them may be its reason. */
export const wishes = {
  cancel:
    /取消(?:掉|了|一下|下)?(?:这?个?订?单)?|撤(?:掉|单|了|销(?:这?个?订?单)?)|砍单|关闭订?单|关单|作废|不想要了|不要了/g,
  giveBack:
    /(?:客户|买家|顾客)?(?:要求|要|想|申请|办理?|走|发起|登记|提交|需要|做|开)*(?:一?个|下)?(?:售后)?(?:退换货|退货|换货|退掉|退了吧|退款|(?<![\u4e00-\u9fff])退$|(?<=[要想办])退|退)(?:申请|单|流程)?(?:吧|掉)?/g,
  // only the first: the words of a note may say 说明 again
  note: /(?:加|补充|补|添加?|追加|写|增加|登记)(?:一?个|一下|一?条|下|点|上|几句)?(?:[一几两\d]*张)?(?:说明|备注|描述|留言|材料说明|材料|照片|图片|图|凭证)|(?:说明|备注|描述)(?:里|一下|下|补充)?(?:加(?:上|一?个|一句)?|写上?)|补充(?:一下|描述|说明|备注|(?=[\s,:]))|(?:说明|备注|描述)(?:补充|一下|下|上|说)?/,
  decision:
    /(?:审批|审核)?(?:不同意|不通过|不予通过|不予|通过|同意退?|批准|批了|准了|准予|放行|批掉|给过|过了|拒绝掉?|驳回|驳掉|不批|打回|否决|拒了|拒掉|驳了)(?:了|吧)?/g,
} as const

/** Stands for the wish once it is cut out. */
const wished = '\ue00f'

/** Words around a wish that say nothing about its reason. */
const filling =
  /^(?:请|麻烦|帮忙?|给|把|将|在|对|我们?|你|要|想|需要|申请|办理?|走|弄|做|发起|登记|这|那|一?个|单|笔|张|订单|单号|号|单子|退货|退单|退换?|售后|客户|买家|顾客|用户|他|她|人家|说|的|了|吧|下|一下|看|查|掉|就|先|都|也|条|点|进|有|上|里|现在|直接|立即|马上|可以|能|吗|呢|商品|东西|货|抖音|抖店|天猫|淘宝|京东|小程序|门店|经销商|pos|问|谁|再|又|快|审批|审核|申请单|审|应该|是|为|补|加|不通过|原因|理由|如下|没问题|没毛病|可以的|核实过?|看过了?|怎么|如何|咋|哪些|列表|\s)+$/i

const lead =
  /^(?:(?:原因|理由|因为|由于|说是)(?:是|为|:)?|(?:客户|买家|顾客|用户|宝妈)(?:说|要求|表示|反馈|反映|那边)?(?:收到(?!的)(?:货)?(?:后|时)?)?(?=[\u4e00-\u9fff]{2})|收到(?=[^的]{3})|请|麻烦|帮我|帮忙|是因为|[的了是])+/
const noteLead = /^(?:内容|如下|[:,]|为|是|说)+/
const tail = /(?:吧|哈|呢|谢谢|哦|啊|呀|了吧|(?<=[了\u4e00-\u9fff]{2})(?<![不想])[要想])+$/
/** `收到的推车`: says which order, not why. */
const whichOrder = /^.*?(?:买|拍|收到|下单|订|签收)(?:了|过)?的(?:那|这)?[个件包罐台]?/

/**
 * What the line gives as reason. `line` has numbers, tails and dates as marks, everything else as typed. What stands behind
 * the wish counts before what stands in front of it. `verbatim` keeps 客户 in front (a note), else the speaker is cut off. `product` belongs to the order it is named with.
 */
export function reasonIn(line: string, wish: RegExp, { verbatim = false, product = '' } = {}): string | undefined {
  const cut = line.replace(new RegExp(`${anyMark}+`, 'g'), ' ').replace(wish, wished)
  const at = cut.indexOf(wished)
  const behind = partsOf(cut.slice(at + 1), verbatim).filter((part) => part !== product)
  const before = partsOf(cut.slice(0, Math.max(at, 0)), verbatim)
  const parts =
    behind.length > 0 ? behind : before.map((part) => withoutOrder(part, product)).filter((part) => part.length >= 2)
  return parts.length === 0 ? undefined : parts.join(' ')
}

/** `收到的睡袋开线了` → `开线了`. */
function withoutOrder(part: string, product: string): string {
  const rest = part.replace(whichOrder, '')
  if (rest === part) return part
  return product !== '' && rest.startsWith(product) ? rest.slice(product.length) : ''
}

function partsOf(text: string, verbatim: boolean): readonly string[] {
  return text
    .split(/[\ue00f\s,.。;:!?、~]+/)
    .filter((part) => !filling.test(part))
    .map((part) => part.replace(verbatim ? noteLead : lead, '').replace(tail, ''))
    .filter((part) => part.length >= 2 && !filling.test(part))
}
