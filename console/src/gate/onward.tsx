import { Link, useLocation } from '@tanstack/react-router';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { useMfaStatus } from '../security/mfa-status.ts';
import { useSession } from '../session/session.ts';
import { readWaiting } from './waiting.ts';

/** Leads on to the program that a person came from, when what had to be done first is done. */
export function Onward() {
  const { t } = useText();
  const { pathname } = useLocation();
  const { data } = useMfaStatus();
  const { mfaRequirement, serverTime } = useSession();
  const mustEnrol = data?.status !== 'ACTIVE' && mfaRequirement !== undefined && mfaRequirement.from <= serverTime;
  const way = mustEnrol || pathname === '/gate' ? undefined : readWaiting();
  if (!way) return null;
  return (
    <Notice tone="info" role="status">
      <p>
        {t('onward.text')}{' '}
        <Link to="/gate" search={way}>
          {t('onward.action')}
        </Link>
      </p>
    </Notice>
  );
}
