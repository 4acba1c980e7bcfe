import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createWorker, OEM, PSM, type Worker } from 'tesseract.js'
import {
  orderWords,
  printWords,
  recipientWords,
  sendWords,
  servicePhoneWords,
  waybillWords,
} from '../text/label-words.ts'
import type { Photo } from './admit.ts'
import { carriersNamed } from './carrier-words.ts'
import type { ReadLine } from './ctc.ts'
import { cutPage, type PageText, wholePhoto } from './page.ts'
import { cutOut, sharpOf } from './picture.ts'
import type { TextEngine } from './text-engine.ts'
import type { Picture, Point, TextLine, TurnedBox } from './types.ts'

const languages = ['chi_sim', 'eng']
/** Long side of the small picture on which the four quarter turns are tried. */
const previewPx = 900
const mostStrips = 6

/**
 * The reader that needs no native library: tesseract.js with the language data of its packages, nothing fetched. It cannot
 * tell a turned page by itself, so the four quarter turns are tried on a small picture first.
 */
export async function openTesseract(): Promise<TextEngine> {
  const folder = await languageFolder()
  const worker = await createWorker(languages, OEM.LSTM_ONLY, {
    langPath: folder,
    gzip: true,
    cacheMethod: 'none',
    // chi_sim asks for its vertical sub-language, which is not packaged: harmless, and nobody's business
    errorHandler: () => {},
  })
  await worker.setParameters({ tessedit_pageseg_mode: PSM.SPARSE_TEXT, preserve_interword_spaces: '1' })
  return {
    name: 'tesseract',
    readPage: (photo, bars) => readPage(worker, photo, directionOf(bars[0])),
    readStrips: (strips) => readStrips(worker, strips),
    close: async () => {
      await worker.terminate()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Each language is a package with a folder of its own, the engine wants them in one. */
async function languageFolder(): Promise<string> {
  const require = createRequire(import.meta.url)
  const folder = await mkdtemp(join(tmpdir(), 'chadan-ocr-'))
  for (const language of languages) {
    const file = `${language}.traineddata.gz`
    const home = dirname(require.resolve(`@tesseract.js-data/${language}/package.json`))
    const from = join(home, '4.0.0_best_int', file)
    await symlink(from, join(folder, file)).catch(() => copyFile(from, join(folder, file)))
  }
  return folder
}

/** Along the upper edge of some bars; 0 without them. */
function directionOf([a, b]: readonly Point[] = []): number {
  return a && b ? Math.atan2(b.y - a.y, b.x - a.x) : 0
}

/** Signs read with confidence, and above all words that stand on labels: a page upside down is full of confident nonsense. */
function uprightScore(lines: readonly TextLine[]): number {
  const words = lines.filter(({ text }) => labelWords.some((form) => form.test(text.replace(/\s/g, '')))).length
  const firm = lines.reduce((sum, { probs }) => sum + probs.filter((prob) => prob > 0.85).length, 0)
  return firm + 25 * (words + carriersNamed(lines).length)
}

const labelWords = [printWords, sendWords, orderWords, waybillWords, servicePhoneWords, recipientWords]

async function readPage(worker: Worker, photo: Photo, turnHint: number): Promise<PageText> {
  const tilt = turnHint - (Math.PI / 2) * Math.round(turnHint / (Math.PI / 2))
  let best: { readonly at: TurnedBox; readonly score: number } | undefined
  for (const quarter of [0, 1, 2, 3]) {
    const whole = wholePhoto(photo, quarter)
    const at = { ...whole, angle: whole.angle + tilt }
    const scale = Math.min(1, previewPx / Math.max(at.width, at.height))
    const preview = cutOut(photo.picture, at, Math.round(at.width * scale), Math.round(at.height * scale))
    const score = uprightScore(await linesOf(worker, preview))
    if (best === undefined || score > best.score) best = { at, score }
  }
  const page = await cutPage(photo, best?.at ?? wholePhoto(photo, 0))
  return { page, lines: await linesOf(worker, page.picture) }
}

async function readStrips(worker: Worker, strips: readonly Picture[]): Promise<ReadLine[]> {
  const read: ReadLine[] = []
  await worker.setParameters({ tessedit_pageseg_mode: PSM.SINGLE_LINE })
  for (const strip of strips) {
    // each takes a fifth of a second
    const lines = read.length < mostStrips ? await linesOf(worker, strip) : []
    read.push({
      text: lines.map(({ text }) => text).join(' '),
      probs: lines.flatMap(({ probs }, index) => (index > 0 ? [1, ...probs] : probs)),
    })
  }
  await worker.setParameters({ tessedit_pageseg_mode: PSM.SPARSE_TEXT })
  return read
}

async function linesOf(worker: Worker, picture: Picture): Promise<TextLine[]> {
  const png = await sharpOf(picture).png({ compressionLevel: 1 }).toBuffer()
  const { data } = await worker.recognize(png, {}, { blocks: true, text: false })
  const lines = (data.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap(({ lines: inside }) => inside))
  return lines.flatMap(({ words, bbox }): TextLine[] => {
    const signs = words.flatMap((word, index) => [
      ...(index > 0 && spaced(words[index - 1]?.text, word.text) ? [{ text: ' ', prob: 1 }] : []),
      ...word.symbols.map((symbol) => ({ text: symbol.text, prob: symbol.confidence / 100 })),
    ])
    const text = signs.map((sign) => sign.text.normalize('NFKC')).join('')
    if (text.trim() === '') return []
    return [
      {
        text,
        probs: signs.flatMap((sign) => Array.from({ length: sign.text.normalize('NFKC').length }, () => sign.prob)),
        at: {
          cx: (bbox.x0 + bbox.x1) / 2,
          cy: (bbox.y0 + bbox.y1) / 2,
          width: bbox.x1 - bbox.x0,
          height: bbox.y1 - bbox.y0,
          angle: 0,
        },
        cut: 'found',
      },
    ]
  })
}

/** The engine puts a blank between Chinese words; only those between Latin ones were printed. */
function spaced(before: string | undefined, after: string): boolean {
  return /[!-~]$/.test(before ?? '') && /^[!-~]/.test(after)
}
