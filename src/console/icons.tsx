import type { ReactNode } from 'react'

function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  )
}

/** Line icons, 24 px grid, drawn in the text's colour. All are decoration: the button around them carries the label. */
export const icons = {
  photo: (
    <Icon>
      <rect x="3.5" y="5" width="17" height="14" rx="2.5" />
      <circle cx="9" cy="10" r="1.6" />
      <path d="m4.5 17 5-4.5 3 2.5 3.5-3.5 4 4" />
    </Icon>
  ),
  file: (
    <Icon>
      <path d="M6.5 3.5h7l4 4v11a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-13a2 2 0 0 1 2-2Z" />
      <path d="M13.5 3.5v4h4M8 12.5h6M8 16h4" />
    </Icon>
  ),
  mention: (
    <Icon>
      <circle cx="12" cy="12" r="3.5" />
      <path d="M15.5 8.5v5a2.5 2.5 0 0 0 5 0V12a8.5 8.5 0 1 0-3.5 6.9" />
    </Icon>
  ),
  send: (
    <Icon>
      <path d="M12 19V5.5M6 11l6-6 6 6" />
    </Icon>
  ),
  plus: (
    <Icon>
      <path d="M12 5v14M5 12h14" />
    </Icon>
  ),
  close: (
    <Icon>
      <path d="m6 6 12 12M18 6 6 18" />
    </Icon>
  ),
  copy: (
    <Icon>
      <rect x="8.5" y="8.5" width="11" height="11.5" rx="2" />
      <path d="M15.5 8.5v-3a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7.5a2 2 0 0 0 2 2h2" />
    </Icon>
  ),
  done: (
    <Icon>
      <path d="m5 12.5 4.5 4.5L19 7.5" />
    </Icon>
  ),
  clock: (
    <Icon>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7v5.2l3.4 2" />
    </Icon>
  ),
  down: (
    <Icon>
      <path d="M12 5v13M6.5 12.5 12 18l5.5-5.5" />
    </Icon>
  ),
  menu: (
    <Icon>
      <path d="M4 7h16M4 12h16M4 17h16" />
    </Icon>
  ),
  alert: (
    <Icon>
      <path d="M12 4 21 19.5H3L12 4Z" />
      <path d="M12 10v4.5M12 16.8v.2" />
    </Icon>
  ),
  box: (
    <Icon>
      <path d="M4 8 12 3.8 20 8v8.2L12 20.4 4 16.2V8Z" />
      <path d="M4.3 8.2 12 12.2l7.7-4M12 12.2v8M8 6l8 4.2" />
    </Icon>
  ),
} as const
