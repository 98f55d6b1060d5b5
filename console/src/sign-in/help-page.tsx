import { HelpContent } from '../help/help-content.tsx';
import { useText } from '../language.ts';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';

export function HelpPage() {
  const { t } = useText();
  return (
    <Page title={t('help.title')} lead={t('help.lead')} wide>
      <HelpContent linkTo={(path, words) => <PageLink to={path}>{words}</PageLink>} />
      <PageLink to="/login">{t('reset.backToLogin')}</PageLink>
    </Page>
  );
}
