import '../locales/later.ts';
import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Lines } from '../look/lines.tsx';
import { useSession } from '../session/session.ts';
import { LevelWord } from './level-word.tsx';
import { SamUsersWaysBack } from './sam-users-ways-back.tsx';
import { useOwnWaysBack } from './use-ways-back.ts';
import { WayLine } from './way-line.tsx';
import { headOf, type OwnAction, ownActionFor, shownWays, type Way, type WaysBack } from './ways.ts';

/** How whoever is signed in gets in when the device with its factor is gone; for the root user its SAM users as well. */
export function OwnWaysBack() {
  const { t } = useText();
  const { isRoot } = useSession();
  const { data, isLoading } = useOwnWaysBack();
  return (
    <>
      <Card title={t(data ? 'waysBack.title' : 'overview.wayBack')} aside={data && <LevelWord level={data.level} />}>
        {isLoading && <Skeleton height={160} radius={10} />}
        {data && <Answer {...data} />}
        <p>
          <span>{t('overview.wayBackBody')}</span> <Link to="/help">{t('overview.wayBackLink')}</Link>
        </p>
      </Card>
      {isRoot && <SamUsersWaysBack />}
    </>
  );
}

function Answer(answer: WaysBack) {
  const { t } = useText();
  return (
    <>
      <p>{t(`waysBack.own.${headOf(answer)}`)}</p>
      <Lines>
        {shownWays(answer.ways).map((way) => (
          <WayLine key={way.way} way={way} action={<OwnLink way={way} />} />
        ))}
      </Lines>
    </>
  );
}

const targets = {
  addPasskey: { to: '/security/passkeys', search: {} },
  enableMfa: { to: '/security/mfa', search: {} },
  reviewCodes: { to: '/security/mfa', search: {} },
  testCode: { to: '/security/mfa', search: { dialog: 'rehearse' } },
} as const satisfies Record<OwnAction, { to: string; search: object }>;

function OwnLink({ way }: { way: Way }) {
  const { t } = useText();
  const action = ownActionFor(way);
  if (!action) return null;
  const words = t(`waysBack.actions.${action}`);
  return (
    <Link {...targets[action]} aria-label={`${words}: ${t(`waysBack.ways.${way.way}`)}`}>
      {words}
    </Link>
  );
}
