import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import './styles/base.css'
import './styles/layout.css'
import './styles/chat.css'
import './styles/card.css'
import './styles/composer.css'
import { openDesk } from './store.ts'

/** `#director/group`: who and where survive a reload and can be linked to. */
function startOf(hash: string): { readonly persona: string; readonly chat: 'direct' | 'group' } {
  const [, persona, chat] = /^#([a-z_]+)\/(direct|group)$/.exec(hash) ?? []
  return { persona: persona ?? 'cs', chat: chat === 'group' ? 'group' : 'direct' }
}

const desk = openDesk(startOf(location.hash))
window.addEventListener('hashchange', () => {
  const { persona, chat } = startOf(location.hash)
  desk.choose(persona)
  desk.open(chat)
})

const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<App desk={desk} />)
