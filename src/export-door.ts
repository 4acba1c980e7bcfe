import type { Hono } from 'hono'
import type { BlobFiles } from './runtime/blob-files.ts'
import { type LinkParts, signedAddress, signedDoor } from './signed-door.ts'
import { exportTexts } from './text/zh-views.ts'

export type ExportDoorParts = LinkParts & { readonly files: Pick<BlobFiles, 'get'> }

/** `<base>/export/<token>`, good for 10 minutes; whoever makes it has checked the reader's right. */
export function exportLink(parts: LinkParts, base: string, fileId: string): string {
  return signedAddress(parts, base, 'export', fileId)
}

/** Hands out exported lists as files to be saved, by signed links and by nothing else. */
export function exportDoor({ key, clock, files }: ExportDoorParts): Hono {
  return signedDoor({
    key,
    clock,
    path: 'export',
    texts: { noSuch: exportTexts.noSuchFile, expired: exportTexts.linkExpired, gone: exportTexts.linkExpired },
    find: async (fileId) => {
      const file = await files.get(fileId)
      if (file === undefined) return undefined
      const { mime, fileName } = file.meta
      return { bytes: file.bytes, headers: { 'Content-Type': mime, 'Content-Disposition': attachment(fileName) } }
    },
  })
}

/** RFC 6266: a name in plain letters for old clients, the real one in UTF-8. */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w.-]+/g, '_').replace(/^_?-?/, 'orders-')
  const encoded = encodeURIComponent(fileName).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
