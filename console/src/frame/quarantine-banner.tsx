import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { useSession } from '../session/session.ts';
import { exactTime } from '../time.ts';

/** On every page of a user whose MFA was reset: what has to wait, until when and why, and what to do if it was somebody else. */
export function QuarantineBanner() {
  const { t } = useText();
  const { quarantinedUntil, switchedFrom } = useSession();
  if (quarantinedUntil === undefined) return null;
  return (
    <Notice tone="warn" title={t('quarantine.title', { time: exactTime(quarantinedUntil) })}>
      <p>{t('quarantine.body')}</p>
      {!switchedFrom && (
        <>
          <p>{t('quarantine.notMe')}</p>
          <p className="row">
            <Link to="/security/sessions">{t('sessions.title')}</Link>
            <Link to="/security/password">{t('password.title')}</Link>
          </p>
        </>
      )}
    </Notice>
  );
}
