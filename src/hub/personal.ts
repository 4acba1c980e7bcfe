import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomFillSync } from 'node:crypto'
import { BadPayload } from '../runtime/errors.ts'
import { parsePhone, phoneTail } from './phone.ts'

/** What a sealed value is. It is bound into the seal, so a value moved to another kind of column does not open. */
type SealedField = 'text' | 'phone' | 'address' | 'token' | 'file'

/** The four phone columns of a row. `hash` is null when the source gave no complete number (masked, encrypted, words). */
export type PhoneColumns = {
  readonly enc: Buffer
  readonly hash: Buffer | null
  readonly tail: string | null
  readonly virtual: boolean
}

export type PersonalData = {
  /** version (1 byte) · nonce (12) · ciphertext · tag (16). A new random nonce each time: equal texts seal differently. */
  seal(text: string, field?: SealedField): Buffer
  /** Throws BadPayload when the bytes were changed, sealed as another field or with another key. */
  open(sealed: Uint8Array, field?: SealedField): string
  /** Keyed hash of the number behind any spelling of it (extension left out); undefined when it is no complete number. */
  phoneHash(phone: string): Buffer | undefined
  phoneColumns(phone: string): PhoneColumns
  /** Keyed hash of any value, for finding it again without storing it; 16 bytes, different for each kind. */
  hash(kind: string, value: string): Buffer
}

const version = 1
const nonceBytes = 12
const tagBytes = 16
/** 128 bits: no accidental collisions among billions of values, and half the index of a full SHA-256. */
const hashBytes = 16

/**
 * Sealing and keyed hashing of personal fields with the installation's data key (64 hex digits).
 * Both working keys are derived from it (HKDF-SHA256), so neither can stand in for the other.
 */
export function personalData(keyHex: string): PersonalData {
  if (!/^[0-9a-f]{64}$/i.test(keyHex)) throw new TypeError('the data key must be 64 hex digits')
  const root = Buffer.from(keyHex, 'hex')
  const sealKey = derive(root, 'chadan seal v1')
  const hashKey = derive(root, 'chadan hash v1')
  const hash = (kind: string, value: string) =>
    createHmac('sha256', hashKey).update(`${kind}\0${value}`).digest().subarray(0, hashBytes)
  const seal = (text: string, field: SealedField = 'text') => sealText(sealKey, field, text)
  const phoneHash = (phone: string) => {
    const parsed = parsePhone(phone)
    return parsed && hash('phone', parsed.number)
  }
  return {
    seal,
    open: (sealed, field = 'text') => openText(sealKey, field, sealed),
    phoneHash,
    phoneColumns: (phone) => {
      const parsed = parsePhone(phone)
      return {
        enc: seal(parsed?.text ?? phone.trim(), 'phone'),
        hash: parsed ? hash('phone', parsed.number) : null,
        tail: phoneTail(phone) ?? null,
        virtual: parsed?.virtual ?? false,
      }
    },
    hash,
  }
}

function derive(root: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), info, 32))
}

function bound(field: SealedField): Buffer {
  return Buffer.from(`chadan ${version} ${field}`)
}

const nonces = Buffer.alloc(nonceBytes * 256)
let noncesUsed = nonces.length

/** Random, each given once. Drawn 256 at a time: a draw of its own for each seal was a tenth of what a push costs. */
function freshNonce(): Buffer {
  if (noncesUsed === nonces.length) {
    randomFillSync(nonces)
    noncesUsed = 0
  }
  noncesUsed += nonceBytes
  return Buffer.from(nonces.subarray(noncesUsed - nonceBytes, noncesUsed))
}

function sealText(key: Buffer, field: SealedField, text: string): Buffer {
  const nonce = freshNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(bound(field))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.of(version), nonce, body, cipher.getAuthTag()])
}

function openText(key: Buffer, field: SealedField, sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  if (bytes[0] !== version || bytes.length < 1 + nonceBytes + tagBytes)
    throw new BadPayload(`a sealed ${field} is not in a form this version reads: was it written by a newer release?`)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(bound(field))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    const body = bytes.subarray(1 + nonceBytes, -tagBytes)
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new BadPayload(`a sealed ${field} does not open: it was changed, or sealed with another DATA_KEY`, { cause })
  }
}
