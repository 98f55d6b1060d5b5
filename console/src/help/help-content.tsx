import type { ReactNode } from 'react';
import { useText } from '../language.ts';
import { Command } from '../look/command.tsx';
import css from './help-content.module.css';

const losses = ['password', 'device', 'codes', 'deviceAndCodes', 'mail'] as const;

/** Makes a link to a page before sign-in. */
type LinkTo = (path: string, words: string) => ReactNode;

/** What to do when something needed for signing in is lost, by what is lost and who one is. */
export function HelpContent({ linkTo }: { linkTo: LinkTo }) {
  const { t } = useText();
  return (
    <>
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
                <RootLink loss={loss} linkTo={linkTo} />
              </td>
              <td data-who={t('help.sam')}>
                <p>{t(`help.rows.${loss}.sam`)}</p>
                {loss === 'device' && linkTo('/mfa/reset/code', t('assist.haveCode'))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <HostHelp />
    </>
  );
}

function RootLink({ loss, linkTo }: { loss: (typeof losses)[number]; linkTo: LinkTo }) {
  const { t } = useText();
  if (loss === 'password') return linkTo('/password/forgot', t('help.toForgot'));
  if (loss === 'device') return linkTo('/mfa/reset', t('help.toReset'));
  if (loss === 'deviceAndCodes') return <a href="#host">{t('help.hostTitle')}</a>;
  return linkTo('/login', t('help.toLogin'));
}

function HostHelp() {
  const { t } = useText();
  return (
    <section id="host" className="stack-tight" aria-labelledby="host-title">
      <h2 id="host-title">{t('help.hostTitle')}</h2>
      <p>{t('help.hostBody')}</p>
      <pre className={css.command}>
        <Command>{'break-glass mfa --operator <OP…> --reason <…>'}</Command>
      </pre>
      <p>{t('help.hostWait')}</p>
      <p className="quiet">{t('help.hostWho')}</p>
    </section>
  );
}
