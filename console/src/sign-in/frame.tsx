import type { ReactNode } from 'react';
import { LiveRegion } from '../announce.tsx';
import { HelpLink } from '../frame/help-link.tsx';
import { LanguageSwitch } from '../frame/language-switch.tsx';
import { OfflineNotice } from '../frame/offline-notice.tsx';
import { useText } from '../language.ts';
import { TallyArt, TallyMark } from '../look/tally-mark.tsx';
import css from './page.module.css';

/** What is around every page before sign-in. */
export function Frame({ children }: { children: ReactNode }) {
  const { t } = useText();
  return (
    <div className={css.frame}>
      <Brand />
      <header className={css.header}>
        <a className={css.skip} href="#main" onClick={skip}>
          {t('frame.skip')}
        </a>
        <a className={css.logo} href="/login">
          <TallyMark />
          <span>{t('product.name')}</span>
        </a>
        <LanguageSwitch />
        <HelpLink />
      </header>
      <main id="main" className={css.main} tabIndex={-1}>
        <OfflineNotice />
        {children}
      </main>
      <LiveRegion />
    </div>
  );
}

function Brand() {
  const { t } = useText();
  return (
    <aside className={css.brand} aria-label={t('product.name')}>
      <a className={css.brandName} href="/login">
        <TallyMark size={34} />
        <span>{t('product.name')}</span>
      </a>
      <div className={css.art}>
        <TallyArt />
      </div>
      <div className={css.brandText}>
        <p className={css.brandLine}>{t('product.line')}</p>
        <p className={css.brandBody}>{t('product.lineBody')}</p>
      </div>
    </aside>
  );
}

// The fragment of the address is where mailed tokens arrive, so the skip link does not write one.
function skip(event: { preventDefault: () => void }) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
