import { useText } from '../language.ts';
import css from './help-page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';

const losses = ['password', 'device', 'codes', 'deviceAndCodes', 'mail'] as const;

/** What to do when something needed for signing in is lost, by what is lost and who one is. */
export function HelpPage() {
  const { t } = useText();
  return (
    <Page title={t('help.title')} lead={t('help.lead')} wide>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t('help.lostColumn')}</th>
            <th scope="col">{t('help.root')}</th>
            <th scope="col">{t('help.sam')}</th>
          </tr>
        </thead>
        <tbody>
          {losses.map((loss) => (
            <tr key={loss}>
              <th scope="row">{t(`help.rows.${loss}.name`)}</th>
              <td data-who={t('help.root')}>
                <p>{t(`help.rows.${loss}.root`)}</p>
                <RootLink loss={loss} />
              </td>
              <td data-who={t('help.sam')}>
                <p>{t(`help.rows.${loss}.sam`)}</p>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <HostHelp />
      <PageLink to="/login">{t('reset.backToLogin')}</PageLink>
    </Page>
  );
}

function RootLink({ loss }: { loss: (typeof losses)[number] }) {
  const { t } = useText();
  if (loss === 'password') return <PageLink to="/password/forgot">{t('help.toForgot')}</PageLink>;
  if (loss === 'device') return <PageLink to="/mfa/reset">{t('help.toReset')}</PageLink>;
  if (loss === 'deviceAndCodes') return <a href="#host">{t('help.hostTitle')}</a>;
  return <PageLink to="/login">{t('help.toLogin')}</PageLink>;
}

function HostHelp() {
  const { t } = useText();
  return (
    <section id="host" className="stack-tight" aria-labelledby="host-title">
      <h2 id="host-title">{t('help.hostTitle')}</h2>
      <p>{t('help.hostBody')}</p>
      <pre className={css.command}>
        <code>{'warifu break-glass mfa --operator <OP…> --reason <…>'}</code>
      </pre>
      <p>{t('help.hostWait')}</p>
      <p className="quiet">{t('help.hostWho')}</p>
    </section>
  );
}
