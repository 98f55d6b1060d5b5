import { Link } from '@tanstack/react-router';
import { revokeUserMFA, startUserMFAReset } from '@warifu/contract';
import type { ReactNode } from 'react';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Lines } from '../look/lines.tsx';
import { useSession } from '../session/session.ts';
import { LevelWord } from './level-word.tsx';
import { useUserWaysBack } from './use-ways-back.ts';
import { WayLine } from './way-line.tsx';
import { headOf, helperActionFor, shownWays, type Way } from './ways.ts';

/** How a SAM user gets in when its device is gone. Nothing for those who may not read it. */
export function UserWaysBack({ userName }: { userName: string }) {
  const { t } = useText();
  const { data } = useUserWaysBack(userName);
  if (!data) return null;
  return (
    <Card title={t('waysBack.titleOther')} aside={<LevelWord level={data.level} />}>
      <p>{t(`waysBack.other.${headOf(data)}`)}</p>
      <Lines>
        {shownWays(data.ways).map((way) => (
          <WayLine key={way.way} way={way} action={<HelperLink way={way} userName={userName} />} />
        ))}
      </Lines>
    </Card>
  );
}

function HelperLink({ way, userName }: { way: Way; userName: string }): ReactNode {
  const { t } = useText();
  const self = useSession().userName === userName;
  const action = helperActionFor(way);
  if (!action) return null;
  const label = (words: string) => ({ 'aria-label': `${words}: ${t(`waysBack.ways.${way.way}`)}`, children: words });
  if (action === 'password') {
    // Nobody sets its own password on that page.
    if (self) return null;
    return (
      <Link
        to="/security/users/$userName/authentication"
        params={{ userName }}
        hash="password"
        {...label(t('waysBack.actions.password'))}
      />
    );
  }
  const api = (action === 'whoStarts' ? startUserMFAReset : revokeUserMFA).operation;
  return <Link to="/security/who-can" search={{ api, user: userName }} {...label(t('waysBack.actions.whoCan'))} />;
}
