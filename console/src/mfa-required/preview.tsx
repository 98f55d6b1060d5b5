import { Link } from '@tanstack/react-router';
import { countText, useText } from '../language.ts';
import { type Rule, useRehearsal } from './requirements.ts';

/** How many a rule would stop at present, with the way to see whom; where that may not be read there is nothing. */
export function Preview({ rule, name }: Rule) {
  const { t } = useText();
  const { data } = useRehearsal({ rule, name });
  if (!data) return null;
  const count = (wanted: string) => data.users.filter(({ standing }) => standing === wanted).length;
  const [enrolling, lockedOut] = [count('enrols'), count('locked out')];
  return (
    <div className="stack-tight">
      {enrolling + lockedOut === 0 && <p>{t('mfaRequired.nobody')}</p>}
      {enrolling > 0 && <p>{countText('mfaRequired.enrolling', enrolling)}</p>}
      {lockedOut > 0 && <p>{countText('mfaRequired.lockedOut', lockedOut)}</p>}
      <p>
        <Link to="/security/mfa-rehearsal" search={{ rule, ...(name !== undefined && { name }) }}>
          {t('mfaRequired.rehearse')}
        </Link>
      </p>
    </div>
  );
}
