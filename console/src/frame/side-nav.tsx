import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import css from './side-nav.module.css';

const groups = [
  {
    title: 'account.security',
    pages: [
      ['/security/mfa', 'mfa.title'],
      ['/security/passkeys', 'nav.passkeys'],
      ['/security/password', 'password.title'],
      ['/security/sessions', 'sessions.title'],
      ['/security/logins', 'nav.logins'],
      ['/security/users', 'nav.users'],
      ['/security/roles', 'nav.roles'],
      ['/security/default-permissions', 'nav.defaults'],
      ['/security/simulate', 'nav.simulate'],
      ['/security/keys', 'nav.keys'],
      ['/security/emails', 'nav.emails'],
    ],
  },
  { title: 'nav.logs', pages: [['/logs/audit', 'nav.audit']] },
  { title: 'nav.operator', pages: [['/settings', 'nav.settings']] },
] as const;

export function SideNav() {
  const { t } = useText();
  return (
    <nav className={css.nav} aria-label={t('account.nav')}>
      <Link to="/" className={css.link} activeOptions={{ exact: true }}>
        {t('account.overview')}
      </Link>
      {groups.map(({ title, pages }) => (
        <div key={title}>
          <p className={css.group}>{t(title)}</p>
          <ul>
            {pages.map(([path, name]) => (
              <li key={path}>
                <Link to={path} className={css.link}>
                  {t(name)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
