import { useText } from '../language.ts';
import { Code } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import { useCarried } from './navigation.ts';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';
import { knownOperator, loginAddress } from './sam-sign-in.ts';

/** SAM users have no mail and no backup codes: somebody who can log in must disable their MFA (flow D). */
export function SamResetPage() {
  const { t } = useText();
  const { userName } = useCarried();
  const operatorId = knownOperator();
  return (
    <Page title={t('reset.title')} lead={t('reset.samLead')}>
      <Notice tone="info">
        <p>{t('reset.samNoMail')}</p>
      </Notice>
      <section className="stack-tight">
        <p>{t('reset.samSteps')}</p>
        <ul>
          <li>{t('reset.samWho')}</li>
          {operatorId && (
            <li>
              {t('field.operatorId')}: <Code>{operatorId}</Code>
            </li>
          )}
          {userName && (
            <li>
              {t('field.userName')}: <Code>{userName}</Code>
            </li>
          )}
          <li>{t('reset.samPath')}</li>
        </ul>
      </section>
      <p>{t('reset.samAfter')}</p>
      <div className={css.links}>
        <PageLink to={`/mfa/reset/code${location.search}`} carry={{ ...(userName && { userName }) }}>
          {t('assist.haveCode')}
        </PageLink>
        <PageLink to={loginAddress('sam')}>{t('reset.backToLogin')}</PageLink>
        <PageLink to="/help/login">{t('login.lost')}</PageLink>
      </div>
    </Page>
  );
}
