import type { ReactNode } from 'react';
import css from './lines.module.css';

/** Lines of a card that each have a state, and a link to the page that deals with it. */
export function Lines({ children }: { children: ReactNode }) {
  return <ul className={css.list}>{children}</ul>;
}

type LineProps = { title: string; body: ReactNode; state: ReactNode; action?: ReactNode };

export function Line({ title, body, state, action }: LineProps) {
  return (
    <li className={css.line}>
      <div>
        <h3>{title}</h3>
        <p className="quiet">{body}</p>
      </div>
      {state}
      {action && <div className={css.action}>{action}</div>}
    </li>
  );
}
