import { useState } from 'react'
import { fileUrl } from './api.ts'
import { fileSize } from './file-size.ts'
import { icons } from './icons.tsx'
import type { Unsent } from './outbox.ts'
import { text } from './text.ts'
import type { Attachment } from './wire.ts'

export function AttachmentView({ attachment }: { readonly attachment: Attachment }) {
  const [broken, setBroken] = useState(false)
  const { id, fileName, image, bytes } = attachment
  if (image && !broken)
    return (
      <a className="photo" href={fileUrl(id)} target="_blank" rel="noreferrer">
        <img src={fileUrl(id)} alt={text.photo(fileName)} onError={() => setBroken(true)} />
      </a>
    )
  return (
    <a className="file" href={fileUrl(id)} download={fileName} aria-label={text.download(fileName)}>
      <FileFace name={fileName} bytes={bytes} />
    </a>
  )
}

/** A photo or file on its way: still only here. */
export function LocalFile({ file }: { readonly file: NonNullable<Unsent['file']> }) {
  if (file.previewUrl !== undefined)
    return (
      <span className="photo">
        <img src={file.previewUrl} alt={text.photo(file.name)} />
      </span>
    )
  return (
    <span className="file">
      <FileFace name={file.name} bytes={file.bytes} />
    </span>
  )
}

function FileFace({ name, bytes }: { readonly name: string; readonly bytes: number }) {
  return (
    <>
      <span className="file-words">
        <span className="file-name">{name}</span>
        <span className="file-size">{fileSize(bytes)}</span>
      </span>
      <span className="file-mark">{icons.file}</span>
    </>
  )
}
