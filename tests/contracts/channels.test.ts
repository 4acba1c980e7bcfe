import { describe } from 'vitest'
import { doudianSubject } from '../fakes/doudian.ts'
import { weixinSubject } from '../fakes/weixin.ts'
import { youzanSubject } from '../fakes/youzan.ts'
import { salesChannelContract } from './sales-channel.ts'

describe.each([doudianSubject, weixinSubject, youzanSubject])('sales channel $name', (subject) => {
  salesChannelContract(subject)
})
