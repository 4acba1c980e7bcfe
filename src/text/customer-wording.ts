/** What an agent pastes to the customer: polite, no words of the house, nothing promised that no field says. */

const order = (tail: string): string => `您好，您的订单（尾号${tail}）`
const close = '有需要随时联系我们。'

export const customerWording = {
  pending: (tail: string) => `${order(tail)}还没有付款，付款后我们会尽快为您安排发货。${close}`,
  onHold: (tail: string) => `${order(tail)}正在核对中，核对完成后会尽快为您安排发货。${close}`,
  preparing: (tail: string, by: string | undefined) =>
    `${order(tail)}已付款成功，正在备货${by === undefined ? '' : `，预计${by}发出`}，请您稍等。${close}`,
  late: (tail: string) => `${order(tail)}还在备货，比预计的时间晚了，非常抱歉。我们会为您催促，尽快发出。${close}`,
  waitingForScan: (tail: string, parcel: string) => `${order(tail)}已打包发出，${parcel}，正在等待快递揽收。${close}`,
  underWay: (tail: string, parcel: string, step: string, eta: string) =>
    `${order(tail)}正在运输途中，${parcel}${step}${eta}，请您留意查收。${close}`,
  delivering: (tail: string, parcel: string, eta: string) =>
    `${order(tail)}正在派送，${parcel}${eta}，请您保持电话畅通，留意查收。${close}`,
  silent: (tail: string, parcel: string, since: string) =>
    `${order(tail)}已发出，${parcel}。快递最近一次更新是${since}，之后没有新的进展，让您久等了，非常抱歉。我们会联系快递核实。${close}`,
  trouble: {
    stuck: (tail: string, parcel: string) =>
      `${order(tail)}在途中暂时滞留，${parcel}，让您久等了，非常抱歉。我们会联系快递尽快转运。${close}`,
    delivery_failed: (tail: string, parcel: string) =>
      `${order(tail)}这次没有派送成功，${parcel}。请您保持电话畅通，快递会再次为您派送。${close}`,
    refused: (tail: string, parcel: string) =>
      `${order(tail)}快递登记为拒收，${parcel}。如果不是您本人的意思，请告诉我们，我们马上为您核实。`,
    unreachable: (tail: string, parcel: string) =>
      `${order(tail)}快递暂时联系不上您，或者地址不够完整，${parcel}。请您核对收货地址并保持电话畅通。${close}`,
    damaged: (tail: string, parcel: string) =>
      `${order(tail)}在运输中包装受损，${parcel}，非常抱歉。我们正在核实商品情况，会给您一个满意的处理方案。`,
    lost: (tail: string, parcel: string) =>
      `${order(tail)}快递登记为遗失，${parcel}，非常抱歉。我们会尽快与您确认补发或退款。`,
    returning: (tail: string, parcel: string) =>
      `${order(tail)}正在退回途中，${parcel}。请问您还需要这件商品吗，我们会按您的意思处理。`,
    unrecognised: (tail: string, parcel: string) =>
      `${order(tail)}已发出，${parcel}。快递有一条特殊记录，我们会向快递核实。${close}`,
  },
  signed: (tail: string, when: string, by: string) =>
    `${order(tail)}已于${when}签收${by}。如果您没有收到，请告诉我们。`,
  delivered: (tail: string, when: string) => `${order(tail)}快递显示${when}已送达。如果您没有收到，请告诉我们。`,
  returnReview: (tail: string) => `${order(tail)}的退货申请正在审核，审核结果会第一时间告诉您。${close}`,
  returnApproved: (tail: string) => `${order(tail)}的退货申请已通过，请您把商品寄回，并保留好寄件单号。${close}`,
  returnReceived: (tail: string, when: string) => `${order(tail)}退回的商品已于${when}收到，正在为您办理退款。${close}`,
  returned: (tail: string, refunded: string | undefined) =>
    `${order(tail)}已完成退货${refunded === undefined ? '，正在为您办理退款' : `，${refunded}已退款`}。${close}`,
  refunded: (tail: string, when: string) => `${order(tail)}已于${when}退款。${close}`,
  cancelled: (tail: string) => `${order(tail)}已取消。${close}`,
  shippedOn: (tail: string, when: string, parcel: string) =>
    `${order(tail)}已于${when}发出，${parcel}，请您留意查收。${close}`,
  arrival: (tail: string, due: string, parcel: string, step: string) =>
    `${order(tail)}预计${due}送达，${parcel}${step}，请您保持电话畅通，留意查收。${close}`,
  arrivalLate: (tail: string, parcel: string, step: string) =>
    `${order(tail)}比预计的时间晚了，非常抱歉。${parcel}${step}，我们会联系快递尽快送达。${close}`,
  arrivalUnknown: (tail: string, parcel: string, step: string) =>
    `${order(tail)}正在运输途中，${parcel}${step}，快递还没有给出送达时间，有进展会告诉您。${close}`,
  asked: (tail: string, parcel: string, since: string) =>
    `${order(tail)}已发出，${parcel}。快递最近一次更新是${since}，之后没有新的进展，让您久等了，非常抱歉。我们已联系快递核实，有结果会马上告诉您。`,
  unscanned: (tail: string, parcel: string) =>
    `${order(tail)}已打包，${parcel}，快递还没有揽收，让您久等了，非常抱歉。我们会催促快递尽快取件。${close}`,
  notSigned: (tail: string, parcel: string, step: string) =>
    `${order(tail)}目前还没有签收记录，${parcel}${step}，送达后会有签收信息。${close}`,
  numberLater: (tail: string) =>
    `${order(tail)}正在为您安排发货，快递单号还没有生成，生成后会马上告诉您，让您久等了，非常抱歉。${close}`,
  numberNow: (tail: string, parcel: string) => `${order(tail)}的快递单号已更新，${parcel}，请您留意查收。${close}`,
  parcel: (carrier: string, number: string) => `由${carrier}承运，单号${number}`,
  carrierOnly: (carrier: string) => `由${carrier}承运`,
  severalParcels: (count: number) => `共${count}个包裹`,
  step: (step: string) => `，目前${step}`,
  eta: (due: string) => `，预计${due}送达`,
  by: (signer: string) => `，签收人：${signer}`,
  self: '，本人签收',
} as const
