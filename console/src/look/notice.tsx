import type { ReactNode, Ref } from 'react';
import { InfoIcon, WarnIcon, WellIcon } from './icons.tsx';
import css from './notice.module.css';

export type Tone = 'info' | 'warn' | 'danger' | 'well';

type NoticeProps = {
  tone: Tone;
  title?: ReactNode;
  /** `alert` interrupts a screen reader, `status` waits; none for what is there from the start. */
  role?: 'alert' | 'status' | undefined;
  ref?: Ref<HTMLDivElement>;
  children: ReactNode;
};

const icons = { info: InfoIcon, warn: WarnIcon, danger: WarnIcon, well: WellIcon };

export function Notice({ tone, title, role, ref, children }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div className={`${css.notice} ${css[tone]}`} role={role} ref={ref} tabIndex={ref ? -1 : undefined}>
      <Icon size={20} />
      <div className={css.body}>
        {title && <strong>{title}</strong>}
        {children}
      </div>
    </div>
  );
}
