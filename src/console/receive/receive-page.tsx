import { type FormEvent, useEffect, useRef, useState } from 'react'
import { CardView } from '../card-view.tsx'
import { icons } from '../icons.tsx'
import { CameraView } from './camera-view.tsx'
import type { Door, Expected, PageState, Told } from './door.ts'
import { words } from './words.ts'

type Shown = { readonly id: number; readonly told: Told }

const kept = 12

/** One parcel after another: by camera, by a photo, by a scanner that types, or by hand; the newest answer on top. */
export function ReceivePage({ door }: { readonly door: Door }) {
  const [state, setState] = useState<PageState>()
  const [over, setOver] = useState<string>()
  const [busy, setBusy] = useState<'code' | 'photo'>()
  const [tapping, setTapping] = useState<string>()
  const [shown, setShown] = useState<readonly Shown[]>([])
  const next = useRef(0)
  const running = useRef(false)

  useEffect(() => {
    void door.state().then((said) => {
      if (!('kind' in said)) setState(said)
      else setOver(said.kind === 'over' ? said.text : words.gone)
    })
  }, [door])

  const show = (told: Told, inPlaceOf?: number) => {
    if (told.kind === 'over') setOver(told.text)
    if (told.kind === 'card') navigator.vibrate?.(told.card.tone === 'alarm' ? [120, 80, 120] : 60)
    const id = inPlaceOf ?? ++next.current
    setShown((all) =>
      inPlaceOf === undefined
        ? [{ id, told }, ...all].slice(0, kept)
        : all.map((one) => (one.id === inPlaceOf ? { id, told } : one)),
    )
  }
  // a scanner may fire again before the answer is here: one after the other
  const run = async (kind: 'code' | 'photo', act: () => Promise<Told>) => {
    if (running.current) return
    running.current = true
    setBusy(kind)
    show(await act())
    running.current = false
    setBusy(undefined)
    void door.state().then((said) => 'kind' in said || setState(said))
  }
  const tap = async (id: number, token: string) => {
    setTapping(token)
    const told = await door.tap(token)
    setTapping(undefined)
    show(told, told.kind === 'card' ? id : undefined)
  }

  if (over !== undefined)
    return (
      <main className="receive receive-over">
        <p role="alert">{over}</p>
      </main>
    )
  return (
    <main className="receive">
      <header className="receive-head">
        <h1>{words.title}</h1>
        {state !== undefined && <span className="receive-who">{state.who}</span>}
      </header>
      {state?.expects !== undefined && <ExpectedView expected={state.expects} />}
      <section className="receive-ways" aria-label={words.ways}>
        <CameraView onCode={(code) => void run('code', () => door.scan(code))} />
        <PhotoButton busy={busy === 'photo'} onPhoto={(file) => void run('photo', () => door.photo(file))} />
        <CodeForm busy={busy !== undefined} onCode={(code) => void run('code', () => door.scan(code))} />
      </section>
      <section className="receive-told" aria-label={words.answers} aria-live="polite">
        {busy !== undefined && <p className="receive-busy">{busy === 'photo' ? words.reading : words.booking}</p>}
        {shown.map(({ id, told }) => (
          <ToldView key={id} told={told} tapping={tapping} onTap={(token) => void tap(id, token)} />
        ))}
        {shown.length === 0 && busy === undefined && <p className="receive-empty">{words.empty}</p>}
      </section>
    </main>
  )
}

function ExpectedView({ expected }: { readonly expected: Expected }) {
  const { returnId, goods, waybillNo, receivedAt } = expected
  return (
    <section className="receive-expected" aria-label={words.expected}>
      <p className="receive-no">{returnId}</p>
      <ul>
        {goods.map(({ name, qty }) => (
          <li key={name}>
            <span>{name}</span>
            <b>{words.pieces(qty)}</b>
          </li>
        ))}
      </ul>
      <p className="receive-state">
        {receivedAt !== undefined ? words.received(receivedAt) : waybillNo && words.waybill(waybillNo)}
      </p>
    </section>
  )
}

function PhotoButton({ busy, onPhoto }: { readonly busy: boolean; readonly onPhoto: (file: File) => void }) {
  return (
    <label className="receive-photo" aria-busy={busy}>
      {icons.photo}
      <span>{busy ? words.reading : words.photo}</span>
      <input
        type="file"
        accept="image/*"
        capture="environment"
        className="off-screen"
        disabled={busy}
        onChange={({ target }) => {
          const file = target.files?.[0]
          target.value = ''
          if (file !== undefined) onPhoto(file)
        }}
      />
    </label>
  )
}

/** A scanner gun types the code and presses Enter; the field keeps the focus for the next parcel. */
function CodeForm({ busy, onCode }: { readonly busy: boolean; readonly onCode: (code: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  const [code, setCode] = useState('')
  useEffect(() => {
    // a phone would open its keyboard over the camera
    if (matchMedia('(pointer: fine)').matches) field.current?.focus()
  }, [])
  const send = (event: FormEvent) => {
    event.preventDefault()
    const said = code.trim()
    if (said === '' || busy) return
    setCode('')
    onCode(said)
    field.current?.focus()
  }
  return (
    <form className="receive-code" onSubmit={send}>
      <input
        ref={field}
        value={code}
        onChange={({ target }) => setCode(target.value)}
        placeholder={words.codeHint}
        aria-label={words.code}
        autoComplete="off"
        autoCapitalize="characters"
        enterKeyHint="done"
        maxLength={200}
      />
      <button type="submit" disabled={busy || code.trim() === ''}>
        {words.book}
      </button>
    </form>
  )
}

type ToldViewProps = {
  readonly told: Told
  readonly tapping: string | undefined
  readonly onTap: (token: string) => void
}

function ToldView({ told, tapping, onTap }: ToldViewProps) {
  if (told.kind === 'card') return <CardView card={told.card} tapping={tapping} onTap={onTap} />
  return <p className="receive-text">{told.kind === 'gone' ? words.gone : told.text}</p>
}
