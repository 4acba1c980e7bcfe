import { readFileSync } from 'node:fs'
import { type Answer, newId, type Place, type World } from './dingtalk-world.ts'

// Interactive cards: https://open.dingtalk.com/document/development/create-and-deliver-cards, 2026-11-22.

const ok = (body: unknown): Answer => ({ status: 200, body })
const bad = (code: string): Answer => ({
  status: 400,
  body: { code, message: 'refused by the fake', requestid: 'FAKE' },
})

type Body = Readonly<Record<string, unknown>>
const record = (value: unknown): Body => (typeof value === 'object' && value !== null ? { ...value } : {})

/** The variables of the template that an installer imports. */
const variables: ReadonlySet<string> = (() => {
  const file = new URL('../../bot/dingtalk/templates/order-card.json', import.meta.url)
  const { editorData } = JSON.parse(readFileSync(file, 'utf8')) as { editorData: string }
  const { variableList } = JSON.parse(editorData) as { variableList: { name: string }[] }
  return new Set(variableList.map(({ name }) => name))
})()

export function createAndDeliver(world: World, body: Body): Answer {
  const { outTrackId, cardTemplateId } = body
  if (cardTemplateId !== world.account.templateId) return bad('param.templateNotExist')
  if (typeof outTrackId !== 'string' || outTrackId === '' || outTrackId.length > 100)
    return bad('param.outTrackIdInvalid')
  const params = paramsOf(world, body)
  if (typeof params === 'string') return bad(params)
  const place = spaceOf(world, body)
  if (typeof place === 'string') return bad(place)
  if (world.cards.has(outTrackId)) return bad('param.cardAlreadyExist')
  if (body.callbackType !== 'STREAM') world.violations.push('a card whose taps would not come by Stream')
  if (body.userIdType !== 1) world.violations.push('userIdType is not 1: taps would name unionIds')
  world.cards.set(outTrackId, { place, data: params, views: new Map(), unanswered: 0 })
  const space = { spaceType: place.kind === 'group' ? 'IM_GROUP' : 'IM_ROBOT', spaceId: place.id }
  if (world.flowControlled.has(place.id))
    return ok({
      success: true,
      result: { outTrackId, deliverResults: [{ ...space, success: false, errorMsg: 'SYSTEM_ERROR' }] },
    })
  world.posts.push({ place, post: { kind: 'card', outTrackId, via: 'card' } })
  return ok({
    success: true,
    result: { outTrackId, deliverResults: [{ ...space, success: true, carrierId: newId('carrier') }] },
  })
}

export function updateCard(world: World, body: Body): Answer {
  const card = world.cards.get(String(body.outTrackId))
  if (card === undefined) return bad('param.cardNotExist')
  if (card.unanswered > 0) world.violations.push('a card was updated while a tap on it was unanswered')
  const params = paramsOf(world, body)
  if (typeof params === 'string')
    return bad(params === 'param.cardPublicDataEmpty' ? 'param.cardDataAndPrivateDataBothEmpty' : params)
  applyParams(world, card, params, record(body.cardUpdateOptions))
  return ok({ success: true, result: true })
}

function applyParams(
  world: World,
  card: { data: Record<string, string>; views: Map<string, unknown> },
  params: Record<string, string>,
  options: Body,
): void {
  if (options.updateCardDataByKey !== true) world.violations.push('an update that wipes all variables it does not name')
  card.data = options.updateCardDataByKey === true ? { ...card.data, ...params } : params
  card.views.clear()
}

/** What the answer to a tap changes, for the one who tapped; the same rules as an update. */
export function applyTapAnswer(world: World, outTrackId: string, userId: string, response: Body): void {
  const card = world.cards.get(outTrackId)
  const params = record(record(response.cardData).cardParamMap)
  if (card === undefined || Object.keys(params).length === 0) return
  const checked = paramsOf(world, response)
  if (typeof checked === 'string') return void world.violations.push(`the answer to a tap: ${checked}`)
  const byKey = record(response.cardUpdateOptions).updateCardDataByKey === true
  if (!byKey) world.violations.push('an answer to a tap that wipes all variables it does not name')
  card.views.set(userId, { ...(byKey ? card.views.get(userId) : {}), ...checked })
}

/** The map of variables, or the vendor's code for what is wrong with it. */
function paramsOf(world: World, body: Body): Record<string, string> | string {
  const entries = Object.entries(record(record(body.cardData).cardParamMap))
  if (entries.length === 0) return 'param.cardPublicDataEmpty'
  for (const [name, value] of entries) {
    if (typeof value !== 'string') return 'param.cardParamInvalid'
    if (Buffer.byteLength(name) > 100 || Buffer.byteLength(value) > 1_024) return 'param.cardParamTooLong'
    if (/\p{Surrogate}/u.test(value)) return 'param.cardParamInvalid'
    // the real one shows nothing, without an error
    if (!variables.has(name)) world.violations.push(`the template has no variable ${name}`)
  }
  return Object.fromEntries(entries) as Record<string, string>
}

/** Where the card shall stand, or the vendor's code for what is wrong with it. */
function spaceOf(world: World, body: Body): Place | string {
  const space = /^dtv1\.card\/\/(IM_ROBOT|IM_GROUP)\.(.+)$/.exec(String(body.openSpaceId))
  if (space === null || String(body.openSpaceId).length > 1_000) return 'param.openSpaceIdInvalid'
  const kind = space[1] === 'IM_GROUP' ? 'group' : 'direct'
  const prefix = kind === 'group' ? 'imGroup' : 'imRobot'
  const deliver = record(body[`${prefix}OpenDeliverModel`])
  const model = record(body[`${prefix}OpenSpaceModel`])
  if (deliver.robotCode !== world.account.robotCode) return 'param.openDeliverModelEmpty'
  if (kind === 'direct' && deliver.spaceType !== 'IM_ROBOT') return 'param.openDeliverModelEmpty'
  if (typeof model.supportForward !== 'boolean') return 'param.openSpaceModelEmpty'
  if (model.supportForward) world.violations.push('a card that may be forwarded: strangers could tap it')
  if (kind === 'direct' && world.unknownPeople.has(space[2] ?? '')) return 'param.userIdNotExist'
  return { kind, id: space[2] ?? '' }
}
