import { useTranslation } from 'react-i18next';
import { Page } from './page.tsx';

export function MissingPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('missing.title')} lead={t('missing.body')}>
      <a href="/">{t('missing.home')}</a>
    </Page>
  );
}
