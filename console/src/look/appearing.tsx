import { type ReactNode, useEffect, useRef } from 'react';
import { announce } from '../announce.tsx';
import css from './appearing.module.css';

type AppearingProps = { label: string; className?: string | undefined; children: ReactNode };

/** Something that is shown this once, in place of what was there: it takes the focus, and is announced by its name. */
export function Appearing({ label, className = '', children }: AppearingProps) {
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    group.current?.focus();
    announce(label);
    // It appears once, whatever becomes of its name.
    // oxlint-disable-next-line react/exhaustive-deps -- see above
  }, []);
  return (
    <div
      role="group"
      aria-label={label}
      ref={group}
      tabIndex={-1}
      data-autofocus
      className={`${css.group} ${className}`}
    >
      {children}
    </div>
  );
}
