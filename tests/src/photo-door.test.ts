import { expect, test } from 'vitest'
import { photoDoor, photoLink } from '../../src/photo-door.ts'
import { movableClock } from '../../src/runtime/clock.ts'

const key = new Uint8Array(32).fill(3)
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 1])

function door() {
  const clock = movableClock()
  const asked: string[] = []
  const app = photoDoor({
    key,
    clock,
    find: async (photoId, part) => {
      asked.push(`${part} ${photoId}`)
      return photoId === 'ph_1' ? jpeg : undefined
    },
  })
  const get = async (path: string) => app.request(path)
  const link = (photoId: string) => photoLink({ key, clock }, 'https://desk.example/', photoId, 'crop')
  return { clock, asked, get, link }
}

const pathOf = (link: string) => new URL(link).pathname

test('a link of ours shows the picture, as a picture and nothing else', async () => {
  const { get, link, asked } = door()
  const answer = await get(pathOf(link('ph_1')))
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('image/jpeg')
  expect(answer.headers.get('content-security-policy')).toContain('sandbox')
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(jpeg)
  expect(asked).toEqual(['crop ph_1'])
})

test('ten minutes later it is over', async () => {
  const { get, link, clock } = door()
  const path = pathOf(link('ph_1'))
  clock.setOffset(9 * 60_000)
  expect((await get(path)).status).toBe(200)
  clock.setOffset(10 * 60_000 + 1_000)
  expect((await get(path)).status).toBe(410)
})

test('what is deleted is gone, what we did not sign was never there', async () => {
  const { get, link, asked } = door()
  expect((await get(pathOf(link('ph_gone')))).status).toBe(410)
  const path = pathOf(link('ph_1'))
  for (const forged of [`${path}A`, path.replace(/.$/, (sign) => (sign === 'A' ? 'B' : 'A')), '/photo/x', '/photo/%00'])
    expect((await get(forged)).status).toBe(404)
  expect(asked).toEqual(['crop ph_gone'])
})
