import { createRoot } from 'react-dom/client'
import { httpDoor } from './door.ts'
import { ReceivePage } from './receive-page.tsx'
import '../styles/base.css'
import '../styles/card.css'
import '../styles/receive.css'

const root = document.getElementById('root')
// the address of this page is its right: /receive/<token>
if (root !== null) createRoot(root).render(<ReceivePage door={httpDoor(location.pathname.replace(/\/$/, ''))} />)
