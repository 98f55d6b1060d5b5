import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import css from './side-nav.module.css';

const pages = [
  ['/security/mfa', 'mfa.title'],
  ['/security/password', 'password.title'],
  ['/security/sessions', 'sessions.title'],
  ['/security/users', 'nav.users'],
  ['/security/roles', 'nav.roles'],
  ['/security/default-permissions', 'nav.defaults'],
  ['/security/simulate', 'nav.simulate'],
] as const;

export function SideNav() {
  const { t } = useText();
  return (
    <nav className={css.nav} aria-label={t('account.nav')}>
      <Link to="/" className={css.link} activeOptions={{ exact: true }}>
        {t('account.overview')}
      </Link>
      <p className={css.group}>{t('account.security')}</p>
      <ul>
        {pages.map(([path, title]) => (
          <li key={path}>
            <Link to={path} className={css.link}>
              {t(title)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
