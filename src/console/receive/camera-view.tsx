import { useEffect, useRef, useState } from 'react'
import { icons } from '../icons.tsx'
import { canScan, watchCodes } from './camera.ts'
import { words } from './words.ts'

/** The camera as a scanner, where the browser has one; elsewhere nothing: the photo button does it. */
export function CameraView({ onCode }: { readonly onCode: (code: string) => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const hear = useRef(onCode)
  hear.current = onCode
  const [state, setState] = useState<'off' | 'on' | 'refused'>('off')

  useEffect(() => {
    if (state !== 'on' || video.current === null) return
    let stop: (() => void) | undefined
    let left = false
    watchCodes(video.current, (code) => hear.current(code)).then(
      (end) => {
        stop = end
        if (left) end()
      },
      () => setState('refused'),
    )
    return () => {
      left = true
      stop?.()
    }
  }, [state])

  if (!canScan()) return null
  return (
    <div className={`receive-camera receive-camera-${state}`}>
      <video ref={video} muted playsInline hidden={state !== 'on'} />
      {state === 'on' && <span className="receive-aim" aria-hidden="true" />}
      <button type="button" onClick={() => setState(state === 'on' ? 'off' : 'on')}>
        {icons.photo}
        <span>{state === 'on' ? words.stop : words.scan}</span>
      </button>
      {state === 'refused' && <p role="alert">{words.noCamera}</p>}
    </div>
  )
}
