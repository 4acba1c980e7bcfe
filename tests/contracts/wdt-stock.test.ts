import { wdt } from '../../src/connectors/wdt.ts'
import { wdtEnterprise } from '../../src/connectors/wdt-enterprise.ts'
import { beijingText } from '../../src/connectors/wire-values.ts'
import { fakeWdt, flagshipAccount } from '../fakes/wdt.ts'
import { enterpriseAccount, fakeWdtEnterprise } from '../fakes/wdt-enterprise.ts'
import { openWdt } from '../kit/wdt-connector.ts'
import { stockSourceContract } from './stock-source.ts'

type Opened = Awaited<ReturnType<typeof openWdt>>

function subject(name: string, pageSize: number, free: string, open: () => Promise<Opened>): void {
  stockSourceContract({
    name,
    pageSize,
    open: async () => {
      const { rows, clock, stock, frames, close } = await open()
      const spoilt = { stock_num: ['x'] }
      let sound: typeof rows.stock = []
      return {
        source: stock,
        nowMs: clock.nowMs,
        count: (counted) => {
          const modified = beijingText(clock.nowMs() - 60_000)
          const made = counted.map(({ sku, warehouse, onHand, free: left }, n) => ({
            ...frames.stock,
            rec_id: n + 1,
            spec_no: sku,
            warehouse_name: warehouse,
            stock_num: `${onHand}.0000`,
            [free]: `${left}.0000`,
            modified,
          }))
          rows.stock.splice(0, rows.stock.length, ...made)
        },
        lie: (how) => {
          rows.mischief = how === 'wrong-type' ? undefined : how
          if (how === 'wrong-type') {
            sound = [...rows.stock]
            rows.stock.splice(0, rows.stock.length, ...sound.map((row) => ({ ...row, ...spoilt })))
          } else if (sound.length > 0) rows.stock.splice(0, rows.stock.length, ...sound.splice(0))
        },
        close,
      }
    },
  })
}

subject('旺店通旗舰版', 100, 'available_send_stock', () => openWdt('flagship', wdt, fakeWdt, flagshipAccount))
subject('旺店通企业版', 40, 'avaliable_num', () =>
  openWdt('enterprise', wdtEnterprise, fakeWdtEnterprise, enterpriseAccount),
)
