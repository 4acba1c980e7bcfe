import { expect, test } from 'vitest'
import { customerScript } from '../../cards/customer-script.ts'
import { node, november, nowMs, order, parcel } from '../kit/sample-orders.ts'

test.each([
  [
    order(),
    '您好，您的订单（尾号2563）正在运输途中，由中通承运，单号75894561230147，目前已到杭州萧山转运中心，预计明天送达，请您留意查收。有需要随时联系我们。',
  ],
  [
    order({ stage: 'signed', signedAtMs: november(21, '14:02'), signer: '张伟(本人)' }),
    '您好，您的订单（尾号2563）已于11月21日14:02签收，本人签收。如果您没有收到，请告诉我们。',
  ],
  [
    order({ parcels: [parcel({ nodes: [node(20, '05:00', '快件到达')] })] }),
    '您好，您的订单（尾号2563）已发出，由中通承运，单号75894561230147。快递最近一次更新是11月20日05:00，之后没有新的进展，让您久等了，非常抱歉。我们会联系快递核实。有需要随时联系我们。',
  ],
  [order({ stage: 'cancelled' }), '您好，您的订单（尾号2563）已取消。有需要随时联系我们。'],
])('the customer wording is polite and in the right tense', (facts, text) => {
  expect(customerScript(facts, nowMs)).toBe(text)
})

test('words of the house stay in the house', () => {
  const held = order({ stage: 'on_hold', holdReason: '风控', holder: { group: 'ops', person: '小何' } })
  expect(customerScript(held, nowMs)).not.toMatch(/风控|小何|运营|仓管|终审|null/)
})

test('an expected day that has passed is not promised again', () => {
  expect(customerScript(order({ parcels: [parcel({ etaAtMs: november(21, '18:00') })] }), nowMs)).not.toContain('预计')
})
