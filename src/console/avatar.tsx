import { icons } from './icons.tsx'

/** One glyph and one colour per role, so that a glance says who speaks. */
const glyphs: Readonly<Record<string, string>> = {
  cs: '客',
  cs_lead: '组',
  warehouse: '仓',
  finance: '财',
  director: '总',
  ops: '营',
  it: 'IT',
  stranger: '?',
}

export function PersonaAvatar({ persona }: { readonly persona: string }) {
  return (
    <span className={`avatar avatar-${persona}`} aria-hidden="true">
      {glyphs[persona] ?? '·'}
    </span>
  )
}

export function BotAvatar() {
  return (
    <span className="avatar avatar-bot" aria-hidden="true">
      {icons.box}
    </span>
  )
}
