import { expect, test } from 'vitest'
import { foundIn } from '../bench/ocr-bare.ts'
import { type Asked, type Said, scoreOf } from '../bench/ocr-score.ts'

const truth: Asked = {
  carrier: 'YTO',
  waybillNo: 'YT8824526145570',
  sentAt: '2026-11-20T14:32:05+08:00',
  phoneTail: null,
  orderNo: '261120-123456789012345',
}
const right: Said = { ...truth, sure: true, sureFields: ['carrier', 'waybillNo', 'phoneTail'], ms: 1_000 }

test('a missing value is not a wrong one, and what is not printed cannot be missed', () => {
  const missing: Said = { ...right, waybillNo: null, sentAt: null, sure: false, ms: 3_000 }
  const wrong: Said = { ...right, waybillNo: 'YT8824526145571', phoneTail: '1234' }
  const score = scoreOf([right, missing, wrong, right].map((said) => ({ truth, said })))
  expect(score).toMatchObject({
    photos: 4,
    number: 0.5,
    numberWrong: 0.25,
    sure: 0.75,
    sureAndWrong: 1,
    otherFieldsSureAndWrong: 1,
  })
  expect(score).toMatchObject({ carrier: 1, time: 0.75, timeWrong: 0, phoneTail: 1, phoneTailWrong: 0.25 })
  expect(score).toMatchObject({ secondsMedian: 1, secondsP95: 3 })
})

test('bare text: whole tokens only, letters before bare digits', () => {
  const text =
    '圆通速递 打印时间: 2026-11-20 14:32:05\n官方热线 95554\nYT8 824 526 145 570\n王** 138****1234\n订单号:261120-123456789012345'
  expect(foundIn(text)).toEqual({ ...truth, phoneTail: '1234' })
  expect(foundIn('订单 3123456789012345678').waybillNo).toBeNull()
})
