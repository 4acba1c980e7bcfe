import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeAesKey,
  decryptEnvelope,
  encryptEnvelope,
  sealReply,
  signatureOf,
  verifySignature,
} from '../../../bot/wecom/crypt.ts'
import { parseFields, textAt } from '../../../bot/wecom/wire.ts'
import { BadPayload, BadSignature, CannotStart } from '../../../src/runtime/errors.ts'
import * as fake from '../../fakes/wecom-crypt.ts'
import vectors from '../../fixtures/wecom/callback-vectors.json' with { type: 'json' }

const published = [...vectors.vectors, ...vectors.computed]

describe.each(published)('published vector $id', (vector) => {
  const { token, timestamp, nonce, encrypt, receiveId } = vector
  const key = decodeAesKey(vector.encodingAESKey)

  test('its signature is ours', () => {
    expect(signatureOf(token, { timestamp, nonce, encrypt })).toBe(vector.msgSignature)
    expect(() => verifySignature(token, { timestamp, nonce, encrypt }, vector.msgSignature)).not.toThrow()
    expect(fake.sign(token, timestamp, nonce, encrypt)).toBe(vector.msgSignature)
  })

  test('it decrypts to the text, and the text encrypts to it again', () => {
    const clear = decryptEnvelope(key, encrypt, receiveId)
    expect(createHash('sha256').update(clear).digest('hex')).toBe(vector.plaintextSha256)
    expect(Buffer.byteLength(clear)).toBe(vector.plaintextBytes)
    if ('plaintext' in vector) expect(clear).toBe(vector.plaintext)
    const random = Buffer.from(vector.random16Hex, 'hex')
    expect(encryptEnvelope(key, clear, receiveId, random)).toBe(encrypt)
    const keys = { token, encodingAesKey: vector.encodingAESKey, receiveId }
    expect([fake.encrypt(keys, clear, random), fake.decrypt(keys, encrypt)]).toEqual([encrypt, clear])
  })

  test('its fields are read as text', () => {
    if (!('plaintextFields' in vector)) return
    const { fields } = parseFields(decryptEnvelope(key, encrypt, receiveId))
    for (const [name, value] of Object.entries(vector.plaintextFields ?? {})) expect(textAt(fields, name)).toBe(value)
  })

  test('another receiver is refused though the signature holds', () => {
    expect(() => decryptEnvelope(key, encrypt, `${receiveId}0`)).toThrow(BadSignature)
    if (receiveId !== '') expect(() => decryptEnvelope(key, encrypt, '')).toThrow(BadSignature)
  })
})

describe('published negatives', () => {
  const [flipped, wrongKey, keyLength] = vectors.negative
  const base = (id: string | undefined) => {
    const found = vectors.vectors.find((vector) => vector.id === id)
    if (found === undefined) throw new Error(`no vector ${id}`)
    return found
  }

  test('a flipped signature', () => {
    const { token, timestamp, nonce, encrypt } = base(flipped?.base)
    const given = flipped?.set.msgSignature ?? ''
    expect(() => verifySignature(token, { timestamp, nonce, encrypt }, given)).toThrow(BadSignature)
    expect(() => verifySignature(token, { timestamp, nonce, encrypt }, given.slice(1))).toThrow(BadSignature)
  })

  test('the right signature with a wrong key', () => {
    const { token, timestamp, nonce, encrypt, receiveId, msgSignature } = base(wrongKey?.base)
    expect(() => verifySignature(token, { timestamp, nonce, encrypt }, msgSignature)).not.toThrow()
    const key = decodeAesKey(wrongKey?.set.encodingAESKey ?? '')
    expect(() => decryptEnvelope(key, encrypt, receiveId)).toThrow(BadPayload)
  })

  test('a key of the wrong length says how long it is', () => {
    const bad = keyLength?.set.encodingAESKey ?? ''
    expect(() => decodeAesKey(bad)).toThrow(CannotStart)
    expect(() => decodeAesKey(bad)).toThrow(`got ${bad.length}`)
    expect(() => decodeAesKey(`${bad}!`)).toThrow(CannotStart)
  })
})

const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const key = decodeAesKey(encodingAesKey)
const keys = { token: 't', encodingAesKey, receiveId: 'wwcorp' }
/** `body` as the clear bytes of an envelope: 16 random bytes, a length field, whatever comes after. */
const envelope = (length: number, rest: string | Buffer) => {
  const head = Buffer.alloc(20, 7)
  head.writeUInt32BE(length, 16)
  return Buffer.concat([head, Buffer.from(rest)])
}
const padded = (raw: Buffer, block = 32) => Buffer.concat([raw, fake.padding(raw.length, block)])
const decrypting = (raw: Buffer) => () => decryptEnvelope(key, fake.encryptRaw(encodingAesKey, raw), 'wwcorp')

describe('our own envelopes', () => {
  test('keys that differ in their 2 unused bits are the same key', () => {
    expect(decodeAesKey(`${encodingAesKey.slice(0, 42)}H`)).toEqual(key)
  })

  test('what we seal opens on the other side, and the other way round', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.string({ maxLength: 40 }),
        (message, receiveId) => {
          const sealed = sealReply({ key, token: 't', receiveId }, message, { timestamp: '1763800000', nonce: 'n' })
          expect(fake.decrypt({ ...keys, receiveId }, sealed.encrypt)).toBe(message)
          expect(fake.sign('t', sealed.timestamp, sealed.nonce, sealed.encrypt)).toBe(sealed.msgSignature)
          expect(decryptEnvelope(key, fake.encrypt({ ...keys, receiveId }, message), receiveId)).toBe(message)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('a pad to 16 only is read too', () => {
    const raw = envelope(2, 'hiwwcorp')
    expect(decryptEnvelope(key, fake.encryptRaw(encodingAesKey, padded(raw, 16)), 'wwcorp')).toBe('hi')
  })

  test.each(Array.from({ length: 256 }, (_, pad) => pad).filter((pad) => pad === 0 || pad > 32))(
    'a padding byte of %i is refused',
    (pad) => {
      const raw = padded(envelope(2, 'hiwwcorp'))
      raw[raw.length - 1] = pad
      expect(decrypting(raw)).toThrow(BadPayload)
    },
  )

  test('one wrong byte anywhere in the padding is refused', () => {
    const raw = padded(envelope(2, 'hiwwcorp'))
    for (let at = 28; at < raw.length - 1; at += 1) {
      const broken = Buffer.from(raw)
      broken[at] = (broken[at] ?? 0) ^ 1
      expect(decrypting(broken)).toThrow(BadPayload)
    }
  })

  test.each([9, 30, 255, 65_536, 0xff_ff_ff_ff])('a length field of %i leads beyond the end', (length) => {
    expect(decrypting(padded(envelope(length, 'hiwwcorp')))).toThrow(BadPayload)
  })

  test.each([0, 1, 3, 7, 8])('a length field of %i that cuts into the receiver is refused', (length) => {
    expect(decrypting(padded(envelope(length, 'hiwwcorp')))).toThrow(BadSignature)
  })

  test('less than a head is refused', () => {
    expect(decrypting(padded(Buffer.alloc(3)))).toThrow(BadPayload)
    expect(decrypting(Buffer.alloc(16, 16))).toThrow(BadPayload)
  })

  test('bytes that are no UTF-8 are refused', () => {
    const raw = envelope(2, Buffer.concat([Buffer.from([0xc3, 0x28]), Buffer.from('wwcorp')]))
    expect(decrypting(padded(raw))).toThrow(BadPayload)
  })

  test.each(['', '=', 'AAAA', 'x', '*'.repeat(64), `${'A'.repeat(63)}`, ` ${'A'.repeat(64)}`, `${'A'.repeat(64)}\n`])(
    '%j is no base64 of whole blocks',
    (text) => expect(() => decryptEnvelope(key, text, 'wwcorp')).toThrow(BadPayload),
  )

  test('a cut or changed ciphertext never opens', () => {
    const good = fake.encrypt(keys, '你好'.repeat(40))
    for (let end = 0; end < good.length; end += 1)
      expect(() => decryptEnvelope(key, good.slice(0, end), 'wwcorp')).toThrow(/refused/)
  })
})
