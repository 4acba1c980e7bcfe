import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createWorker, OEM } from 'tesseract.js'
import type { Said } from './ocr-score.ts'

/** tesseract.js as it comes: the packaged languages, the whole photo, no bar codes, no turning. */
export type BareReader = { read(jpeg: Buffer): Promise<Said>; close(): Promise<void> }

export async function bareTesseract(): Promise<BareReader> {
  const folder = await mkdtemp(join(tmpdir(), 'chadan-bench-ocr-'))
  const require = createRequire(import.meta.url)
  const languages = ['chi_sim', 'eng']
  for (const language of languages) {
    const file = `${language}.traineddata.gz`
    const home = dirname(require.resolve(`@tesseract.js-data/${language}/package.json`))
    await symlink(join(home, '4.0.0_best_int', file), join(folder, file))
  }
  const worker = await createWorker(languages, OEM.LSTM_ONLY, {
    langPath: folder,
    gzip: true,
    cacheMethod: 'none',
    errorHandler: () => {},
  })
  return {
    read: async (jpeg) => {
      const startedMs = performance.now()
      const { data } = await worker.recognize(jpeg)
      const found = foundIn(data.text)
      return { ...found, sure: found.waybillNo !== null, sureFields: [], ms: performance.now() - startedMs }
    },
    close: async () => {
      await worker.terminate()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** protocols/waybills.md section 1, whole tokens, letters before bare digits. */
const forms: readonly (readonly [NonNullable<Said['carrier']>, RegExp])[] = [
  ['SF', /^SF[A-Z0-9]\d{12}$/],
  ['JD', /^JD[A-Z0-9]{2}\d{11}$/],
  ['JT', /^JT\d{13}$/],
  ['YTO', /^YT\d{13}$/],
  ['DBL', /^DPK\d{12}$/],
  ['EMS', /^E[A-Z]\d{9}CN$/],
  ['POST', /^[CPR][A-Z]\d{9}CN$/],
  ['CAINIAO', /^621\d{12}$/],
  ['STO', /^77\d{13}$/],
  ['YUNDA', /^[34]\d{14}$/],
  ['ZTO', /^7[3-8]\d{12}$/],
  ['EMS', /^1[0-3]\d{11}$/],
  ['POST', /^(98|99|96|43)\d{11}$/],
]

/** The first token of a known form, the first time with a year, the first phone tail, the first order number. */
export function foundIn(text: string): Omit<Said, 'sure' | 'sureFields' | 'ms'> {
  const lines = text.normalize('NFKC').toUpperCase().split('\n')
  const tokens = lines.flatMap((line) => line.replace(/[\s·]/g, '').split(/[^A-Z0-9]+/))
  const [carrier, waybillNo] = firstForm(tokens)
  const time = /(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日? *(\d\d):(\d\d)(?::(\d\d))?/.exec(text)
  const two = (digits = '00') => digits.padStart(2, '0')
  return {
    carrier,
    waybillNo,
    sentAt: time ? `${time[1]}-${two(time[2])}-${two(time[3])}T${time[4]}:${time[5]}:${two(time[6])}+08:00` : null,
    phoneTail: /(?<!\d)1(?:[3-9]\d{5}|\d{0,2}\*{3,8})(\d{4})(?![\d-])/.exec(text)?.[1] ?? null,
    orderNo: /(?<!\d)(\d{6}-\d{15}|\d{18,19})(?!\d)/.exec(text)?.[1] ?? null,
  }
}

function firstForm(tokens: readonly string[]): readonly [Said['carrier'], string | null] {
  for (const [carrier, form] of forms) {
    const token = tokens.find((token) => form.test(token))
    if (token !== undefined) return [carrier, token]
  }
  return [null, null]
}
