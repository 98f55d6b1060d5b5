import { useText } from '../language.ts';
import { Page } from './page.tsx';

export function MissingPage() {
  const { t } = useText();
  return (
    <Page title={t('missing.title')} lead={t('missing.body')}>
      <a href="/">{t('missing.home')}</a>
    </Page>
  );
}
