import { describe, expect, test } from 'vitest'
import { isRobotSign, robotSign } from '../../../bot/dingtalk/crypt.ts'
import { named, signCases } from './fixtures.ts'

describe('the robot’s signature', () => {
  test.each(signCases.filter(({ now }) => now !== undefined).map((each) => [each.name, each] as const))(
    '%s',
    (_, { timestamp, sign, secret, now, expect: said }) => {
      expect(isRobotSign(timestamp, sign, secret, now ?? 0)).toBe(said === 'accept')
    },
  )

  test.each(['robot-http-header', 'custom-robot-url'])('is made as DingTalk makes it: %s', (name) => {
    const { timestamp, secret, sign } = named(signCases, name)
    expect(robotSign(timestamp, secret)).toBe(sign)
  })

  const { timestamp, secret, sign, now = 0 } = named(signCases, 'robot-http-header')
  test.each([
    ['no sign', timestamp, undefined],
    ['an empty sign', timestamp, ''],
    ['a sign cut short', timestamp, sign.slice(0, -1)],
    ['a sign with more behind it', timestamp, `${sign}=`],
    ['no timestamp', undefined, sign],
    ['seconds instead of milliseconds', timestamp.slice(0, 10), sign],
    ['a timestamp with a blank', ` ${timestamp}`, sign],
    ['a timestamp that is no number', 'NaN', sign],
  ])('refuses %s', (_, givenTimestamp, givenSign) => {
    expect(isRobotSign(givenTimestamp, givenSign, secret, now)).toBe(false)
  })

  test('refuses a timestamp an hour ahead', () => {
    const ahead = String(now + 3_600_001)
    expect(isRobotSign(ahead, robotSign(ahead, secret), secret, now)).toBe(false)
    const justSo = String(now + 3_600_000)
    expect(isRobotSign(justSo, robotSign(justSo, secret), secret, now)).toBe(true)
  })
})
