import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';
import { PasteLink } from './paste-link.tsx';

/** The page of a mailed link without what the link carried: reloaded, or opened by hand. */
export function OpenLinkAgain({ title, requestNew }: { title: string; requestNew?: string }) {
  const { t } = useText();
  return (
    <Page title={title}>
      <Notice tone="warn" title={t('resetVerify.noToken')}>
        <p>{t('resetVerify.noTokenBody')}</p>
      </Notice>
      <PasteLink />
      <div className={css.links}>
        {requestNew && <PageLink to={requestNew}>{t('resetVerify.requestNew')}</PageLink>}
        <PageLink to="/login">{t('reset.backToLogin')}</PageLink>
      </div>
    </Page>
  );
}
