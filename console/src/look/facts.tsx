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

/** A moment: how long ago, and exactly; in long lists the exact time is only on hover. */
export function Moment({ at, zone = 'local', brief = false }: { at: number; zone?: Zone; brief?: boolean }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at, zone)} className={css.moment}>
      <span>{relativeTime(at)}</span>
      {!brief && <span className={css.exact}>{exactTime(at, zone)}</span>}
    </time>
  );
}
