import { createCipheriv, createHash, randomBytes } from 'node:crypto'
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
      if (c.req.param('verb') === 'get') {
        const { dataObjectApiName, objectDataId } = body.data
        const found = world.records.find(
          (one) => one.dataObjectApiName === dataObjectApiName && one._id === objectDataId,
        )
        return c.json(found ? { errorCode: 0, data: found } : ({ errorCode: 0, data: null } as never))
      }
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
  const { filters, limit, offset, orders } = data.search_query_info as {
    filters: { field_name: string; operator: string; field_values: string[] }[]
    limit: number
    offset: number
    orders: { fieldName: string }[]
  }
  const fits = world.records.filter(
    (record) =>
      record.dataObjectApiName === data.dataObjectApiName &&
      (world.lie === 'no-filter' ||
        filters.every(({ field_name, operator, field_values }) =>
          operator === 'GTE'
            ? Number(record[field_name]) >= Number(field_values[0])
            : field_values.includes(String(record[field_name])),
        )),
  )
  const [by] = orders
  if (by) fits.sort((a, b) => Number(a[by.fieldName]) - Number(b[by.fieldName]))
  return { total: fits.length, dataList: fits.slice(offset, offset + limit) }
}

export const callbackKeys = {
  callbackToken: 'demoToken',
  callbackAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
}

/** The callback about a record as the CRM sends it: sealed as in WeChat, padded to 32, signed over the sorted texts. */
export function fxiaokeCallback(event: object, nowMs: number, over: { appId?: string; token?: string } = {}): string {
  const key = Buffer.from(`${callbackKeys.callbackAesKey}=`, 'base64')
  const text = Buffer.from(JSON.stringify(event))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  const clear = Buffer.concat([randomBytes(16), length, text, Buffer.from(over.appId ?? fxiaokeAccount.appId)])
  const pad = 32 - (clear.length % 32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const sealed = Buffer.concat([cipher.update(clear), cipher.update(Buffer.alloc(pad, pad)), cipher.final()])
  const [content, timeStamp, nonce] = [sealed.toString('base64'), String(nowMs), randomBytes(4).toString('hex')]
  const joined = [over.token ?? callbackKeys.callbackToken, timeStamp, nonce, content].sort().join('')
  const sig = createHash('sha1').update(joined).digest('hex')
  return JSON.stringify({ nonce, timeStamp, content, sig })
}
