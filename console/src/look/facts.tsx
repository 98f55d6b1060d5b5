import { exactTime, relativeTime, type Zone } from '../time.ts';
import css from './facts.module.css';

/** Short facts, each with its name. */
export function Facts({ facts }: { facts: readonly (readonly [string, React.ReactNode])[] }) {
  return (
    <dl className={css.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A moment: how long ago, and exactly. */
export function Moment({ at, zone = 'local' }: { at: number; zone?: Zone }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at, zone)} className={css.moment}>
      <span>{relativeTime(at)}</span>
      <span className={css.exact}>{exactTime(at, zone)}</span>
    </time>
  );
}
