import { type ReactNode, useState } from 'react'
import { copyText } from './copy.ts'
import { icons } from './icons.tsx'
import { text } from './text.ts'

/** Longer texts are folded: a pasted chat log must not push everything else away. */
const foldChars = 300

export function Bubble({ words, mention }: { readonly words: string; readonly mention: string | undefined }) {
  const [open, setOpen] = useState(false)
  const folded = !open && words.length > foldChars
  return (
    <div className="bubble" dir="auto">
      {withMention(folded ? `${words.slice(0, foldChars)}…` : words, mention)}
      {words.length > foldChars && (
        <button type="button" className="link fold" onClick={() => setOpen(!open)}>
          {folded ? text.more : text.less}
        </button>
      )}
    </div>
  )
}

function withMention(words: string, mention: string | undefined): ReactNode {
  const at = mention === undefined ? -1 : words.indexOf(mention)
  if (mention === undefined || at < 0) return words
  return (
    <>
      {words.slice(0, at)}
      <b className="mention">{mention}</b>
      {words.slice(at + mention.length)}
    </>
  )
}

/** An answer in words, with a way to copy it; `forCopy` puts that in full view. */
export function Answer({
  words,
  forCopy,
  onToast,
}: {
  readonly words: string
  readonly forCopy: boolean
  readonly onToast: (words: string) => void
}) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    const done = await copyText(words)
    if (!done) return onToast(text.copyFailed)
    setCopied(true)
    setTimeout(() => setCopied(false), 2_000)
  }
  return (
    <div className={forCopy ? 'answer answer-for-copy' : 'answer'}>
      <Bubble words={words} mention={undefined} />
      <button type="button" className="copy" onClick={() => void copy()} aria-label={copied ? text.copied : text.copy}>
        {copied ? icons.done : icons.copy}
        <span>{copied ? text.copied : text.copy}</span>
      </button>
    </div>
  )
}
