/** Chromium's own reader of barcodes; Safari and Firefox have none: there a photo is taken and read by the desk. */
type Detector = { detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]> }
type DetectorClass = new (options: { readonly formats: readonly string[] }) => Detector

const formats = ['code_128', 'code_39', 'ean_13', 'itf', 'qr_code', 'data_matrix']
const betweenMs = 180
/** The same code stays in view for a while after it was read. */
const sameAgainMs = 4_000

const detectorClass = (): DetectorClass | undefined => Reflect.get(globalThis, 'BarcodeDetector')

/** True where this browser reads barcodes off its camera by itself; the camera needs https or localhost. */
export function canScan(): boolean {
  return detectorClass() !== undefined && navigator.mediaDevices?.getUserMedia !== undefined
}

/**
 * Shows the back camera in `video` and hands over each code once, until the returned function is called. Rejects when the
 * camera is refused or missing.
 */
export async function watchCodes(video: HTMLVideoElement, found: (code: string) => void): Promise<() => void> {
  const Made = detectorClass()
  if (Made === undefined) throw new Error('this browser reads no barcodes')
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 } },
    audio: false,
  })
  video.srcObject = stream
  await video.play()
  const detector = new Made({ formats })
  let last = { code: '', atMs: 0 }
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false
  const look = async () => {
    // a frame that cannot be read is followed by the next one
    const codes = await detector.detect(video).catch(() => [])
    const code = codes[0]?.rawValue.trim() ?? ''
    const nowMs = performance.now()
    if (!over && code !== '' && (code !== last.code || nowMs - last.atMs > sameAgainMs)) found(code)
    if (code !== '') last = { code, atMs: nowMs }
    if (!over) timer = setTimeout(look, betweenMs)
  }
  void look()
  return () => {
    over = true
    clearTimeout(timer)
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
}
