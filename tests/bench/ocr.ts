import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ReadingProcess, readingProcess } from '../../src/ocr/reading-process.ts'
import type { ReadOutcome } from '../../src/ocr/types.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { browserCamera } from '../kit/waybill-pages/browser-photo.ts'
import { waybillPhoto } from '../kit/waybill-photos/waybill-photo.ts'
import { type Level, levels } from '../kit/waybill-photos/wear.ts'
import { type BareReader, bareTesseract } from './ocr-bare.ts'
import { type Asked, type Judged, type Said, scoreOf } from './ocr-score.ts'

type Photo = { readonly jpeg: Buffer; readonly truth: Asked; readonly name: string }

/**
 * Invented photos of the three levels read by our chain, in its own process, and by bare tesseract.js. Options after the
 * bench's name: --photos N a level · --bare N of them for tesseract.js, which is slow · --seed S · --now MS (printed times lie
 * before it) · --level L · --keep DIR writes photos and truth.json there · --folder DIR reads such a folder instead of
 * inventing: the way to measure on real photos that may not lie in a repository · --hand browser has Chromium draw labels and
 * scenes of another make · --misses lists what was missed.
 */
export async function ocrBench(args: readonly string[] = process.argv.slice(3)): Promise<object> {
  const options = optionsOf(args)
  const ours = await readingProcess({ log: silentLog })
  const bare = options.bare > 0 ? await bareTesseract() : undefined
  const figures: Record<string, object> = {}
  try {
    for (const level of options.levels) {
      const photos = options.folder === undefined ? await invented(options, level) : await folder(options.folder, level)
      if (photos.length === 0) continue
      if (options.keep !== undefined) await keep(options.keep, level, photos)
      figures[level] = await measure(ours, bare, photos, options)
    }
  } finally {
    await Promise.all([ours.close(), bare?.close()])
  }
  const { hand, seed, nowMs, photos, folder: from } = options
  return {
    goal: 'number >= 0.99 / 0.97 / 0.75, numberWrong <= 0.01 in all, sureAndWrong 0, carrier >= 0.98, time >= 0.85 / 0.70 / 0.30, on two idle cores 1 s median, 3 s p95, 1200 MB',
    reader: ours.name,
    ...(from === undefined ? { hand, seed, nowMs, photosALevel: photos } : { folder: from }),
    bareSample: `the first ${options.bare} photos of each level: it takes several seconds a photo`,
    levels: figures,
  }
}

type Options = ReturnType<typeof optionsOf>

function optionsOf(args: readonly string[]) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      photos: text,
      bare: text,
      seed: text,
      now: text,
      level: text,
      keep: text,
      folder: text,
      hand: text,
      misses: { type: 'boolean' },
    },
  })
  const only = levels.filter((level) => values.level === undefined || values.level === level)
  if (only.length === 0) throw new Error(`Which level? One of: ${levels.join(', ')}`)
  const nowMs = systemClock.nowMs()
  return {
    photos: Number(values.photos ?? 16),
    bare: Number(values.bare ?? 4),
    seed: values.seed ?? String(nowMs % 1_000_000),
    nowMs: Number(values.now ?? nowMs),
    levels: only,
    keep: values.keep,
    folder: values.folder,
    hand: values.hand ?? 'own',
    misses: values.misses ?? false,
  }
}

async function invented({ seed, nowMs, photos, hand }: Options, level: Level): Promise<Photo[]> {
  const camera = hand === 'browser' ? await browserCamera() : { take: waybillPhoto, close: async () => {} }
  const made: Photo[] = []
  try {
    for (let index = 0; index < photos; index++) {
      const { jpeg, truth } = await camera.take({ seed, index, level, nowMs })
      made.push({ jpeg, truth, name: `${level}-${index}` })
    }
  } finally {
    await camera.close()
  }
  console.error(`${level}: ${made.length} photos made`)
  return made
}

async function keep(directory: string, level: Level, photos: readonly Photo[]): Promise<void> {
  await mkdir(directory, { recursive: true })
  for (const { jpeg, name } of photos) await writeFile(join(directory, `${name}.jpg`), jpeg)
  const listed = photos.map(({ truth, name }) => ({ file: `${name}.jpg`, ...truth, level }))
  await writeFile(join(directory, `truth-${level}.json`), JSON.stringify(listed, null, 2))
}

/** truth-LEVEL.json: [{file, carrier, waybillNo, sentAt, phoneTail, orderNo}], null for what is not on the label. */
async function folder(directory: string, level: Level): Promise<Photo[]> {
  const listed = await readFile(join(directory, `truth-${level}.json`), 'utf8').catch(() => '[]')
  const entries = JSON.parse(listed) as readonly (Asked & { readonly file: string })[]
  return Promise.all(
    entries.map(async ({ file, ...truth }) => ({ jpeg: await readFile(join(directory, file)), truth, name: file })),
  )
}

async function measure(ours: ReadingProcess, bare: BareReader | undefined, photos: readonly Photo[], options: Options) {
  const judged: Judged[] = []
  let rssMb = 0
  for (const { jpeg, truth, name } of photos) {
    const [pid, startedMs] = [ours.pid(), performance.now()]
    const workedBefore = await workedMs(pid)
    const outcome = await ours.read(jpeg)
    const ms = performance.now() - startedMs
    const worked = pid === ours.pid() ? (await workedMs(pid)) - workedBefore : Number.NaN
    const said = { ...saidBy(outcome, ms), cpuMs: worked }
    judged.push({ truth, said })
    rssMb = Math.max(rssMb, await peakMb(ours.pid()))
    if (options.misses) reportMiss(name, truth, said)
  }
  const ourScore = { ...scoreOf(judged), rssMb }
  if (bare === undefined) return { ours: ourScore }
  const sample: Judged[] = []
  for (const { jpeg, truth } of photos.slice(0, options.bare)) sample.push({ truth, said: await bare.read(jpeg) })
  const bareScore = scoreOf(sample)
  const same = scoreOf(judged.slice(0, sample.length))
  return {
    ours: ourScore,
    bareTesseract: bareScore,
    // on the photos that both have read
    oursToBare: {
      number: ratio(same.number, bareScore.number),
      carrier: ratio(same.carrier, bareScore.carrier),
      seconds: ratio(same.secondsMedian, bareScore.secondsMedian),
    },
  }
}

const fields = ['carrier', 'waybillNo', 'sentAt', 'phoneTail', 'orderNo'] as const

function saidBy(outcome: ReadOutcome, ms: number): Said {
  if (outcome.outcome !== 'read')
    return {
      carrier: null,
      waybillNo: null,
      sentAt: null,
      phoneTail: null,
      orderNo: null,
      sure: false,
      sureFields: [],
      ms,
    }
  const { carrier, waybillNo, sentAt, phoneTail, orderNo, sure } = outcome.reading
  return {
    carrier,
    waybillNo,
    sentAt: sentAt?.text ?? null,
    phoneTail,
    orderNo,
    sure: sure.waybillNo && sure.carrier,
    sureFields: fields.filter((field) => sure[field]),
    ms,
  }
}

function reportMiss(name: string, truth: Asked, said: Said): void {
  const missed = fields
    .filter((field) => said[field] !== truth[field])
    .map((field) => `${field} ${said[field]}${said.sureFields.includes(field) ? ' (sure)' : ''} for ${truth[field]}`)
  if (missed.length > 0) console.error(`${name}: ${missed.join(' · ')}`)
}

/** Processor time of all its threads, from the kernel's own book (hundredths of a second); 0 where there is none. */
async function workedMs(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const [user = '0', system = '0'] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return 10 * (Number(user) + Number(system))
}

/** The most memory the process has held, from the kernel's own book; 0 where there is none. */
async function peakMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)
}

/** null when bare tesseract.js has nothing to compare with. */
const ratio = (a: number, b: number): number | null => (b === 0 ? null : Number((a / b).toFixed(2)))
