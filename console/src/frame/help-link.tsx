import { useText } from '../language.ts';
import { HelpIcon } from '../look/icons.tsx';
import css from './controls.module.css';

/** Help is at the same place on every page (WCAG 3.2.6). */
export function HelpLink() {
  const { t } = useText();
  return (
    <a className={css.control} href="/help/login">
      <HelpIcon />
      <span>{t('frame.help')}</span>
    </a>
  );
}
