import { Link, useLocation } from '@tanstack/react-router';
import { named, useText } from '../language.ts';
import { Words } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import { useMfaStatus } from '../security/mfa-status.ts';
import { PendingReset } from '../security/pending-reset.tsx';
import { type Session, useSession } from '../session/session.ts';
import { exactTime } from '../time.ts';

/** On every page, so that nobody takes the server for a real one. */
export function SandboxNotice() {
  const { t } = useText();
  if (!useSession().sandbox) return null;
  return (
    <Notice tone="warn">
      <p>{t('banner.sandbox')}</p>
    </Notice>
  );
}

/** The one weightiest thing that leaves the account open; not on the page that deals with it. */
export function Banner() {
  const { t } = useText();
  const { pathname } = useLocation();
  const { data } = useMfaStatus();
  const { hostOverrideAt, mfaRequirement, switchedFrom } = useSession();
  // On every page: it has a button of its own, and time runs.
  if (data?.pendingReset) return <PendingReset reset={data.pendingReset} />;
  if (data?.status !== 'ACTIVE' && mfaRequirement && !switchedFrom)
    return <Required by={mfaRequirement} isHere={pathname === '/security/mfa'} />;
  if (!data || pathname === '/' || pathname === '/security/mfa') return null;
  if (hostOverrideAt !== undefined) {
    return (
      <Weak text={t('banner.hostOverride', { at: exactTime(hostOverrideAt) })} action={t('banner.mfaOffAction')} />
    );
  }
  if (data.status !== 'ACTIVE') return <Weak text={t('banner.mfaOff')} action={t('banner.mfaOffAction')} />;
  if (data.backupCodes?.frozenAt) return <Weak text={t('banner.codesFrozen')} action={t('banner.codesAction')} />;
  if (data.backupCodes && !data.backupCodes.storedAt) {
    return <Weak text={t('banner.codesNotStored')} action={t('banner.codesAction')} />;
  }
  return null;
}

type Requirement = NonNullable<Session['mfaRequirement']>;

/** From when on MFA is needed, and which rule says so. */
function Required({ by: { rule, name = '', from }, isHere }: { by: Requirement; isHere: boolean }) {
  const { t } = useText();
  const why = t(`banner.rules.${rule}`, { name: named(name) });
  const begins = from > useSession().serverTime;
  return (
    <Notice tone="warn">
      <p>
        <Words>
          {begins ? t('banner.mfaRequiredFrom', { at: exactTime(from), why }) : t('banner.mfaRequiredNow', { why })}
        </Words>{' '}
        {!isHere && <Link to="/security/mfa">{t('banner.mfaOffAction')}</Link>}
      </p>
    </Notice>
  );
}

function Weak({ text, action }: { text: string; action: string }) {
  return (
    <Notice tone="warn">
      <p>
        {text} <Link to="/security/mfa">{action}</Link>
      </p>
    </Notice>
  );
}
