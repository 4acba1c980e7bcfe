import { silentLog } from '../../src/runtime/log.ts'
import { openKdniao, type Trace } from '../fakes/kdniao.ts'
import { account as kuaidi100Account, openKuaidi100, type Row } from '../fakes/kuaidi100.ts'
import { openSf, type Route, account as sfAccount } from '../fakes/sf-express.ts'
import { trackerContract } from './tracker.ts'
import type { PlainKind, PlainStep } from './tracker-subject.ts'

const beijing = (atMs: number) => new Date(atMs + 8 * 3_600_000).toISOString().replace('T', ' ').slice(0, 19)

const kdniaoCodes: Readonly<Record<PlainKind, string>> = {
  collected: '1',
  in_transit: '2',
  delivering: '202',
  signed: '3',
  refused: '404',
  returning: '406',
}

trackerContract({
  name: 'kdniao',
  signed: true,
  open: async () => {
    const world = await openKdniao(silentLog)
    const key = { waybillNo: 'YT7600000000001', carrier: 'YTO' as const }
    let isSpoiled = false
    let known: readonly PlainStep[] = []
    const parcelOf = (steps: readonly PlainStep[]) => ({
      LogisticCode: key.waybillNo,
      ShipperCode: 'YTO',
      State: kdniaoCodes[steps.at(-1)?.kind ?? 'collected'].slice(0, 1),
      StateEx: kdniaoCodes[steps.at(-1)?.kind ?? 'collected'],
      Traces: steps.map(
        ({ atMs, kind, words }, index): Trace => ({
          AcceptTime: isSpoiled && index === steps.length - 1 ? 7 : beijing(atMs),
          AcceptStation: words,
          Action: kdniaoCodes[kind],
        }),
      ),
    })
    const put = (steps: readonly PlainStep[]) => {
      known = steps
      world.put(parcelOf(steps))
    }
    return {
      tracker: world.tracker,
      key,
      put,
      misbehave: (how) => {
        world.refuse(how === 'busy' ? '系统繁忙，请稍后再试' : how === 'failed' ? '没有权限' : undefined)
        world.down(how === 'down')
        // it wants to be left alone for a while
        if (how === undefined) world.later(60_000)
        isSpoiled = how === 'wrong-type'
        if (known.length > 0) put(known)
      },
      calls: () => world.asked.length,
      push: (steps) => ({
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: world.push(
          JSON.stringify({
            EBusinessID: '1237100',
            PushTime: '2026-11-23 10:05:00',
            Count: '1',
            Data: [parcelOf(steps)],
          }),
        ),
        pathSecret: '',
        ack: /^\{"EBusinessID":"1237100","UpdateTime":"[-: 0-9]{19}","Success":true,"Reason":""\}$/,
      }),
      close: () => world.close(),
    }
  },
})

const sfCodes: Readonly<Record<PlainKind, string>> = {
  collected: '50',
  in_transit: '31',
  delivering: '44',
  signed: '80',
  refused: '70',
  returning: '99',
}

trackerContract({
  name: 'sf-express',
  signed: false,
  open: async () => {
    const world = await openSf(silentLog)
    const key = { waybillNo: 'SF1000000000001', carrier: 'SF' as const, phoneTail: '5678' }
    let isSpoiled = false
    let known: readonly PlainStep[] = []
    const routeOf = ({ atMs, kind, words }: PlainStep, isLast: boolean): Route => ({
      acceptTime: isSpoiled && isLast ? 7 : beijing(atMs),
      acceptAddress: '杭州市',
      opCode: sfCodes[kind],
      remark: words,
    })
    const put = (steps: readonly PlainStep[]) => {
      known = steps
      world.put(
        key.waybillNo,
        key.phoneTail,
        steps.map((step, index) => routeOf(step, index === steps.length - 1)),
      )
    }
    return {
      tracker: world.tracker,
      key,
      put,
      misbehave: (how) => {
        world.inner(how === 'failed' ? 'S0001' : undefined)
        world.gateway(how === 'busy' ? 'A1005' : undefined)
        world.down(how === 'down')
        if (how === undefined) world.later(60_000)
        isSpoiled = how === 'wrong-type'
        if (known.length > 0) put(known)
      },
      calls: () => world.asked.length,
      push: (steps) => ({
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          Body: {
            WaybillRoute: steps.map((step) => ({
              mailno: key.waybillNo,
              orderid: 'SO1',
              id: String(step.atMs),
              reasonCode: '',
              reasonName: '',
              ...routeOf(step, false),
            })),
          },
        }),
        pathSecret: sfAccount.pathSecret,
        ack: '{"return_code":"0000","return_msg":"成功"}',
      }),
      close: () => world.close(),
    }
  },
})

const kuaidi100Codes: Readonly<Record<PlainKind, string>> = {
  collected: '103',
  in_transit: '1002',
  delivering: '5',
  signed: '301',
  refused: '203',
  returning: '6',
}

trackerContract({
  name: 'kuaidi100',
  signed: true,
  open: async () => {
    const world = await openKuaidi100(silentLog)
    const key = { waybillNo: 'YT7600000000001', carrier: 'YTO' as const }
    let isSpoiled = false
    let known: readonly PlainStep[] = []
    const rowsOf = (steps: readonly PlainStep[]) =>
      steps.toReversed().map(
        ({ atMs, kind, words }, index): Row => ({
          ftime: isSpoiled && index === 0 ? 7 : beijing(atMs),
          context: words,
          statusCode: kuaidi100Codes[kind],
          areaName: '浙江,杭州市',
        }),
      )
    const stateOf = (steps: readonly PlainStep[]) => kuaidi100Codes[steps.at(-1)?.kind ?? 'collected']
    const put = (steps: readonly PlainStep[]) => {
      known = steps
      world.put(key.waybillNo, stateOf(steps), rowsOf(steps))
    }
    return {
      tracker: world.tracker,
      key,
      put,
      misbehave: (how) => {
        world.refuse(how === 'busy' ? '502' : how === 'failed' ? '503' : undefined)
        world.down(how === 'down')
        // it wants to be left alone for a while
        if (how === undefined) world.later(60_000)
        isSpoiled = how === 'wrong-type'
        if (known.length > 0) put(known)
      },
      calls: () => world.asked.length,
      push: (steps) => ({
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: world.push(
          JSON.stringify({
            status: 'polling',
            message: '',
            comOld: '',
            comNew: '',
            lastResult: {
              state: stateOf(steps),
              status: '200',
              com: 'yuantong',
              nu: key.waybillNo,
              data: rowsOf(steps),
            },
          }),
        ),
        pathSecret: kuaidi100Account.pathSecret,
        ack: '{"result":true,"returnCode":"200","message":"成功"}',
      }),
      close: () => world.close(),
    }
  },
})
