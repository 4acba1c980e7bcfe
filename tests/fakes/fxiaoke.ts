import { Hono } from 'hono'
import { listen } from '../kit/listen.ts'

export type CrmRecord = Record<string, unknown>
export type FxiaokeLie = 'busy' | 'pack' | 'no-right' | 'cut-after-create' | 'no-filter'

export const fxiaokeAccount = {
  appId: 'FSAID_1317f5c',
  appSecret: 'secret-of-the-fake',
  permanentCode: 'permanent-code-of-the-fake',
  openUserId: 'FSUID_0001',
}

export type FxiaokeWorld = {
  readonly records: CrmRecord[]
  readonly tokens: Set<string>
  readonly paths: string[]
  lie?: FxiaokeLie | undefined
  given: number
}

/** 纷享销客 on a free port: tokens V2, query, create and update of records. Errors come inside HTTP 200. */
export async function fakeFxiaoke() {
  const world: FxiaokeWorld = { records: [], tokens: new Set(), paths: [], given: 0 }
  const app = new Hono()
  app.post('/cgi/corpAccessToken/get/V2', async (c) => {
    const { appId, appSecret, permanentCode } = (await c.req.json()) as Record<string, unknown>
    const right =
      appId === fxiaokeAccount.appId &&
      appSecret === fxiaokeAccount.appSecret &&
      permanentCode === fxiaokeAccount.permanentCode
    if (!right) return c.json({ errorCode: 10004, errorMessage: 'appSecret错误' })
    world.given += 1
    world.tokens.add(`token-${world.given}`)
    const corpAccessToken = `token-${world.given}`
    return c.json({ errorCode: 0, errorMessage: 'success', corpAccessToken, corpId: 'FSCID_1', expiresIn: 7_200 })
  })
  for (const kind of ['/cgi/crm/v2/data', '/cgi/crm/custom/v2/data'])
    app.post(`${kind}/:verb`, async (c) => {
      const body = (await c.req.json()) as { corpAccessToken?: string; corpId?: string; data: CrmRecord }
      world.paths.push(c.req.path)
      if (!world.tokens.has(body.corpAccessToken ?? '') || body.corpId !== 'FSCID_1')
        return c.json({ errorCode: 20016, errorMessage: 'corpAccessToken已过期' })
      if (world.lie === 'busy') return c.json({ errorCode: 10007, errorMessage: '接口调用频率超过限制' })
      if (world.lie === 'pack') return c.json({ errorCode: 10008, errorMessage: '当日调用次数已达上限' })
      if (world.lie === 'no-right') return c.json({ errorCode: 320001, errorMessage: '张三没有该对象的权限' })
      if (c.req.param('verb') === 'query') return c.json({ errorCode: 0, data: queried(world, body.data) } as never)
      const data = body.data.object_data as CrmRecord
      if (c.req.param('verb') === 'update') {
        Object.assign(world.records.find(({ _id }) => _id === data._id) ?? {}, data)
        return c.json({ errorCode: 0 })
      }
      const _id = `id-${world.records.length + 1}`
      world.records.push({ ...data, _id })
      if (world.lie === 'cut-after-create') return c.text('bad gateway', 502)
      return c.json({ errorCode: 0, dataId: _id })
    })
  const server = await listen(app)
  return { world, baseUrl: server.url, close: server.close }
}

function queried(world: FxiaokeWorld, data: CrmRecord) {
  const { filters, limit } = data.search_query_info as {
    filters: { field_name: string; operator: string; field_values: string[] }[]
    limit: number
  }
  const fits = world.records.filter(
    (record) =>
      record.dataObjectApiName === data.dataObjectApiName &&
      (world.lie === 'no-filter' ||
        filters.every(({ field_name, field_values }) => field_values.includes(String(record[field_name])))),
  )
  return { total: fits.length, dataList: fits.slice(0, limit) }
}
