import { Link } from '@tanstack/react-router';
import { countText, useText } from '../language.ts';
import { Facts } from '../look/facts.tsx';
import { type Rule, useRehearsal } from './requirements.ts';

/** Whom a rule would stop at present, with the way to see whom; where that may not be read there is nothing. */
export function Preview({ rule, name }: Rule) {
  const { t } = useText();
  const { data } = useRehearsal({ rule, name });
  if (!data) return null;
  const count = (wanted: string) => data.users.filter(({ standing }) => standing === wanted).length;
  const [enrolling, lockedOut] = [count('enrols'), count('locked out')];
  // Of one user it is said what happens to it, and not how many.
  const only = rule === 'user' ? data.users[0] : undefined;
  return (
    <div className="stack-tight">
      {only && <Facts facts={[[t('rehearsal.standing'), t(`rehearsal.standings.${only.standing}`)]]} />}
      {!only && enrolling + lockedOut === 0 && <p>{t('mfaRequired.nobody')}</p>}
      {!only && enrolling > 0 && <p>{countText('mfaRequired.enrolling', enrolling)}</p>}
      {!only && lockedOut > 0 && <p>{countText('mfaRequired.lockedOut', lockedOut)}</p>}
      <p>
        <Link to="/security/mfa-rehearsal" search={{ rule, ...(name !== undefined && { name }) }}>
          {t('mfaRequired.rehearse')}
        </Link>
      </p>
    </div>
  );
}
