import { OffIcon, WaitIcon, WarnIcon, WellIcon } from './icons.tsx';
import css from './status-word.module.css';

type StatusWordProps = { kind: 'well' | 'off' | 'wait' | 'warn'; children: string };

const icons = { well: WellIcon, off: OffIcon, wait: WaitIcon, warn: WarnIcon };

/** A state as a word with an icon: colour alone tells nobody anything. */
export function StatusWord({ kind, children }: StatusWordProps) {
  const Icon = icons[kind];
  return (
    <span className={`${css.word} ${css[kind]}`}>
      <Icon size={16} />
      <span>{children}</span>
    </span>
  );
}
