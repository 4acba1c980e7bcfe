import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { getDefaultScanner, scanGrayBuffer, ZBarConfigType, ZBarSymbolType } from '@undecaf/zbar-wasm'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { isS10 } from '../hub/waybill-no.ts'
import type { GreyPicture, Point } from './types.ts'

/** What a bar code or QR says, as it says it; corners in pixels of the picture that was searched. */
export type Barcode = {
  readonly text: string
  readonly kind: 'linear' | 'qr'
  readonly corners: readonly Point[]
  /** Read by shape out of blur or grain: asks for print that says the same. */
  readonly soft?: boolean
  /** Of soft ones: how far ahead of the next text, in units of the noise. */
  readonly margin?: number
}

export type BarcodeReader = {
  /** Code 128 and QR; of Code 39 only long numbers: it has no check character, and short codes are read out of hatching and grids. */
  zxing(grey: GreyPicture): Promise<readonly Barcode[]>
  zbar(grey: GreyPicture): Promise<readonly Barcode[]>
}

/** Both decoders with the WebAssembly out of their packages: left alone, zxing-wasm would fetch it from a CDN (3.1.4). */
export async function openBarcodeReader(): Promise<BarcodeReader> {
  const require = createRequire(import.meta.url)
  const wasm = await readFile(require.resolve('zxing-wasm/reader/zxing_reader.wasm'))
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) as ArrayBuffer
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
  const scanner = await getDefaultScanner()
  scanner.setConfig(ZBarSymbolType.ZBAR_NONE, ZBarConfigType.ZBAR_CFG_ENABLE, 0)
  for (const kind of [ZBarSymbolType.ZBAR_CODE128, ZBarSymbolType.ZBAR_QRCODE])
    scanner.setConfig(kind, ZBarConfigType.ZBAR_CFG_ENABLE, 1)
  return { zxing: readWithZxing, zbar: readWithZbar }
}

async function readWithZxing({ grey, width, height }: GreyPicture): Promise<readonly Barcode[]> {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let i = 0, at = 0; i < grey.length; i++, at += 4) {
    data[at] = data[at + 1] = data[at + 2] = grey[i] as number
    data[at + 3] = 255
  }
  const found = await readBarcodes({ data, width, height } as Parameters<typeof readBarcodes>[0], {
    formats: ['Code128', 'Code39', 'QRCode'],
    tryHarder: true,
    tryRotate: true,
    tryInvert: false,
    maxNumberOfSymbols: 12,
  })
  return found
    .filter(({ isValid, text, format }) => isValid && (format !== 'Code39' || olderNumber.test(text)))
    .map(({ text, format, position }) => ({
      text,
      kind: format === 'QRCode' ? 'qr' : 'linear',
      corners: [position.topLeft, position.topRight, position.bottomRight, position.bottomLeft],
      ...(format === 'Code39' && !isS10(text) ? { soft: true } : {}),
    }))
}

/** What old five-part forms and international labels of the post carry as Code 39. */
const olderNumber = /^(?:[A-Z]{0,2}\d{9,13}|[A-Z]{2}\d{9}[A-Z]{2})$/

async function readWithZbar({ grey, width, height }: GreyPicture): Promise<readonly Barcode[]> {
  const pixels = grey.buffer.slice(grey.byteOffset, grey.byteOffset + grey.byteLength) as ArrayBuffer
  const found = await scanGrayBuffer(pixels, width, height)
  return found.map((symbol) => ({
    text: symbol.decode(),
    kind: symbol.type === ZBarSymbolType.ZBAR_CODE128 ? 'linear' : 'qr',
    corners: symbol.points,
  }))
}
