import type { Card } from '../chat/card.ts'
import { icons } from './icons.tsx'
import { text } from './text.ts'

export type CardViewProps = {
  readonly card: Card
  /** The token whose tap is on its way. */
  readonly tapping: string | undefined
  readonly onTap: (token: string, label: string) => void
}

/** A card as WeCom draws a template card: source, title, facts, quoted lines, stacked buttons. */
export function CardView({ card, tapping, onTap }: CardViewProps) {
  return (
    <article className={`card card-${card.tone}`} aria-label={card.title}>
      <header className="card-source">
        <span className="card-source-mark">{icons.box}</span>
        {text.source}
      </header>
      {card.bar !== undefined && (
        <p className="card-bar">
          {icons.alert}
          <span>{card.bar}</span>
        </p>
      )}
      <div className="card-body">
        <h3 className="card-title" dir="auto">
          {card.title}
        </h3>
        {card.facts.length > 0 && (
          <dl className="card-facts">
            {card.facts.map((fact, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a card never move, and two may be equal
              <div className="card-fact" key={row}>
                <dt>{fact.label}</dt>
                <dd dir="auto">{fact.value}</dd>
              </div>
            ))}
          </dl>
        )}
        {card.lines !== undefined && card.lines.length > 0 && (
          <ul className="card-lines">
            {card.lines.map((line, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <li key={row} dir="auto">
                {line}
              </li>
            ))}
          </ul>
        )}
        {card.note !== undefined && <p className="card-note">{card.note}</p>}
      </div>
      {card.buttons.length > 0 && (
        <div className="card-buttons">
          {card.buttons.map((button, row) => (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              key={row}
              type="button"
              className={`card-button card-button-${button.style}`}
              aria-busy={tapping === button.token}
              disabled={tapping !== undefined}
              onClick={() => onTap(button.token, button.label)}
            >
              {button.label}
            </button>
          ))}
        </div>
      )}
    </article>
  )
}
