import { personalData } from '../../src/hub/personal.ts'

/** Sealing with a key that every test knows. */
export const testPersonal = personalData('5a'.repeat(32))
