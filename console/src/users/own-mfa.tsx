import '../locales/later.ts';
import { getRouteApi } from '@tanstack/react-router';
import { Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { useSession } from '../session/session.ts';
import { UserEmailCard } from './user-email-card.tsx';
import { UserMfa } from './user-mfa.tsx';

const route = getRouteApi('/security/mfa');

/** Multi-factor authentication of a SAM user, on its own page. */
export function OwnMfa() {
  const { t } = useText();
  const { userName = '', mfaRequirement, serverTime } = useSession();
  // A session that can only enrol may not read its address.
  const mustEnrol = mfaRequirement !== undefined && mfaRequirement.from <= serverTime;
  const { step, dialog } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t('mfa.title')} lead={t('mfa.lead')}>
      <UserMfa
        userName={userName}
        search={{ ...(step ? { step } : {}), ...(dialog === 'disable' ? { dialog } : {}) }}
        show={({ step: wanted, dialog: opened }) =>
          navigate({
            search: { ...(wanted ? { step: wanted } : {}), ...(opened === 'disable' ? { dialog: opened } : {}) },
            replace: step !== undefined || dialog !== undefined,
          })
        }
      />
      {!mustEnrol && <UserEmailCard userName={userName} />}
    </Page>
  );
}
