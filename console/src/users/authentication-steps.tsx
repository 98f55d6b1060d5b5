import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import css from './authentication-steps.module.css';

const steps = [
  ['password', 'userPassword.title'],
  ['mfa', 'mfa.title'],
  ['keys', 'keys.title'],
] as const;

/** The parts of a SAM user's authentication: each has an address, and takes the focus when it is chosen here. */
export function AuthenticationSteps({ userName }: { userName: string }) {
  const { t } = useText();
  return (
    <nav aria-label={t('user.authentication')}>
      <ul className={css.steps}>
        {steps.map(([id, name]) => (
          <li key={id}>
            <Link
              to="/security/users/$userName/authentication"
              params={{ userName }}
              hash={id}
              onClick={() => document.getElementById(id)?.focus()}
            >
              {t(name)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
