import { type ClipboardEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { fileSize } from './file-size.ts'
import { icons } from './icons.tsx'
import { text } from './text.ts'

/** As the door's own bounds (bot/play/limits.ts): told here before anything is sent. */
const maxFileBytes = 10 * 1024 * 1024
const maxTextChars = 20_000

export type ComposerProps = {
  /** Who writes where: each has a draft of its own. */
  readonly draftKey: string
  readonly mention: string | undefined
  readonly files: readonly File[]
  readonly onFiles: (files: readonly File[]) => void
  readonly onSend: (words: string, files: readonly File[]) => void
  readonly onToast: (words: string) => void
}

/** The input box: Enter sends, Shift+Enter breaks the line, files by button or paste (dropping is the chat's). */
export function Composer({ draftKey, mention, files, onFiles, onSend, onToast }: ComposerProps) {
  const [words, setWords] = useDraft(draftKey)
  const box = useRef<HTMLTextAreaElement>(null)
  useGrow(box, words)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus follows the chat, not this function
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) box.current?.focus()
  }, [draftKey])

  const send = () => {
    const said = words.trim()
    if (said === '' && files.length === 0) return
    if (said.length > maxTextChars) return onToast(text.tooLong(maxTextChars))
    onSend(said, files)
    setWords('')
  }
  const keyDown = (event: KeyboardEvent) => {
    // keyCode 229: Safari ends the composition before this Enter, so isComposing is already false there
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return
    event.preventDefault()
    send()
  }
  const paste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files]
    if (pasted.length === 0) return
    event.preventDefault()
    onFiles([...files, ...usable(pasted, onToast)])
  }
  const insertMention = () => {
    if (mention !== undefined && !words.includes(mention)) setWords(`${mention} ${words}`)
    box.current?.focus()
  }
  const add = (list: FileList | null) => onFiles([...files, ...usable([...(list ?? [])], onToast)])

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {files.length > 0 && <Picked files={files} onFiles={onFiles} />}
      <div className="tools">
        <FileButton
          className="tool only-wide"
          label={text.attachPhoto}
          icon={icons.photo}
          accept="image/*"
          onPick={add}
        />
        <FileButton className="tool only-wide" label={text.attachFile} icon={icons.file} onPick={add} />
        <FileButton className="tool only-narrow" label={text.attach} icon={icons.plus} onPick={add} />
        {mention !== undefined && (
          <button
            type="button"
            className="tool"
            aria-label={text.mention(mention)}
            title={text.mention(mention)}
            onClick={insertMention}
          >
            {icons.mention}
          </button>
        )}
      </div>
      <textarea
        ref={box}
        className="box"
        rows={1}
        dir="auto"
        aria-label={text.input}
        placeholder={mention === undefined ? text.placeholder : text.groupPlaceholder(mention)}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={keyDown}
        onPaste={paste}
      />
      <div className="sender">
        <span className="keys">{text.keys}</span>
        <button type="submit" className="send" disabled={words.trim() === '' && files.length === 0}>
          <span className="only-wide">{text.send}</span>
          <span className="only-narrow" aria-hidden="true">
            {icons.send}
          </span>
        </button>
      </div>
    </form>
  )
}

/** What may be sent of what was picked; says why the rest may not. */
export function usable(files: readonly File[], onToast: (words: string) => void): readonly File[] {
  if (files.some((file) => file.size > maxFileBytes)) onToast(text.tooBig(fileSize(maxFileBytes)))
  else if (files.some((file) => file.size === 0)) onToast(text.emptyFile)
  return files.filter((file) => file.size > 0 && file.size <= maxFileBytes)
}

function useDraft(key: string): readonly [string, (words: string) => void] {
  const name = `chadan.play.draft.${key}`
  const [draft, setDraft] = useState({ name, words: sessionStorage.getItem(name) ?? '' })
  const words = draft.name === name ? draft.words : (sessionStorage.getItem(name) ?? '')
  return [
    words,
    (next) => {
      sessionStorage.setItem(name, next)
      setDraft({ name, words: next })
    },
  ]
}

/** Grows with its text up to the CSS max-height (field-sizing is not everywhere yet). */
function useGrow(box: { readonly current: HTMLTextAreaElement | null }, words: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again whenever the words change
  useLayoutEffect(() => {
    if (box.current === null) return
    box.current.style.height = 'auto'
    box.current.style.height = `${box.current.scrollHeight}px`
  }, [words])
}

type FileButtonProps = {
  readonly className: string
  readonly label: string
  readonly icon: React.ReactNode
  readonly accept?: string
  readonly onPick: (list: FileList | null) => void
}

function FileButton({ className, label, icon, accept, onPick }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={label}
        title={label}
        onClick={() => input.current?.click()}
      >
        {icon}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        aria-label={label}
        accept={accept}
        onChange={(event) => {
          onPick(event.target.files)
          // the same file may be picked again
          event.target.value = ''
        }}
      />
    </>
  )
}

function Picked({ files, onFiles }: Pick<ComposerProps, 'files' | 'onFiles'>) {
  return (
    <ul className="picked">
      {files.map((file, index) => (
        <li key={`${file.name} ${file.lastModified} ${file.size}`}>
          {file.type.startsWith('image/') ? <Preview file={file} /> : <span className="file-mark">{icons.file}</span>}
          <span className="file-words">
            <span className="file-name">{file.name}</span>
            <span className="file-size">{fileSize(file.size)}</span>
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label={text.removeFile}
            onClick={() => onFiles(files.filter((_, at) => at !== index))}
          >
            {icons.close}
          </button>
        </li>
      ))}
    </ul>
  )
}

function Preview({ file }: { readonly file: File }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return url === undefined ? null : <img className="picked-photo" src={url} alt="" />
}
