/** Encrypts and decrypts text; hub/personal.ts makes one. `open` throws BadPayload when the bytes were changed. */
export type Cipher = { seal(plain: string): Buffer; open(sealed: Buffer): string }

export type Sealed = { readonly sealed: string }

/**
 * A JSON value as a jsonb column may hold it: what people wrote, answers with phones and addresses, and reply addresses
 * are encrypted at rest, and a dead letter shows none of it. Text that jsonb refuses (NUL, lone surrogates) survives too.
 */
export function sealJson(cipher: Cipher, value: unknown): Sealed {
  return { sealed: cipher.seal(JSON.stringify(value)).toString('base64') }
}

/** The value again. Throws BadPayload for another key, TypeError for a column that was not written by sealJson. */
export function openJson(cipher: Cipher, stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null || !('sealed' in stored) || typeof stored.sealed !== 'string')
    throw new TypeError('a sealed column holds something else')
  return JSON.parse(cipher.open(Buffer.from(stored.sealed, 'base64')))
}
