import '../locales/later.ts';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { signInToHost } from '@warifu/contract';
import { type ReactNode, useEffect, useState } from 'react';
import { call } from '../api.ts';
import { asFailure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { confirmIdentity } from '../session/ask-identity.ts';
import { logOut } from '../session/leave.ts';
import { useSession } from '../session/session.ts';
import type { GateSearch } from './routes.ts';
import { forgetWaiting, keepWaiting, type Waiting } from './waiting.ts';

const route = getRouteApi('/gate');

/** Between a guarded program and the console: on the way there, or at the end of a way. */
export function GatePage() {
  const { t } = useText();
  const { rd, state, prove, end } = route.useSearch();
  return (
    <Page title={t('gate.title')}>
      <Card>
        {end === 'signed-out' && <SignedOut />}
        {end === 'failed' && <Told tone="danger" text={t('gate.failed')} />}
        {end === undefined && (rd === undefined || state === undefined) && (
          <Told tone="info" text={t('gate.nothing')} />
        )}
        {end === undefined && rd !== undefined && state !== undefined && (
          <Proved prove={prove} way={{ rd, state }}>
            <Way rd={rd} state={state} />
          </Proved>
        )}
      </Card>
    </Page>
  );
}

function Told({ tone, text }: { tone: 'info' | 'danger'; text: string }) {
  return (
    <Notice tone={tone} role="status">
      <p>{text}</p>
    </Notice>
  );
}

type ProvedProps = { prove: GateSearch['prove']; way: Waiting; children: ReactNode };

/** Goes on when the person has proved what the page of the program asks for. */
function Proved({ prove, way, children }: ProvedProps) {
  const { t } = useText();
  const { factors } = useSession();
  const [proved, setProved] = useState(false);
  if (proved || prove === undefined) return children;
  if (prove === 'mfa' && factors.length === 0) return <EnableFirst way={way} />;
  return (
    <div className="stack">
      <p>{t('gate.prove')}</p>
      <div>
        <Button onClick={() => void confirmIdentity().then(setProved)}>{t('stepUp.title')}</Button>
      </div>
    </div>
  );
}

function EnableFirst({ way: { rd, state } }: { way: Waiting }) {
  const { t } = useText();
  const navigate = route.useNavigate();
  useEffect(() => keepWaiting({ rd, state }), [rd, state]);
  return (
    <div className="stack">
      <p>{t('gate.enable')}</p>
      <div>
        <Button onClick={() => navigate({ to: '/security/mfa' })}>{t('banner.mfaOffAction')}</Button>
      </div>
    </div>
  );
}

/** Asks the server for the way and takes it. SECURITY: which hosts it may lead to is known to the server alone. */
function Way({ rd, state }: Waiting) {
  const { t } = useText();
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['gate', rd, state],
    queryFn: async () => {
      try {
        const { reply } = await call(signInToHost, { returnTo: rd, state });
        forgetWaiting();
        return reply;
      } catch (error) {
        if (asFailure(error).code === 'MFA0008') keepWaiting({ rd, state });
        else forgetWaiting();
        throw error;
      }
    },
    // An address is good once.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  useEffect(() => {
    if (data) location.replace(data.location);
  }, [data]);
  const failure = error && asFailure(error);
  if (!failure) return <p role="status">{t('gate.going')}</p>;
  if (failure.code === 'COM0001') return <Told tone="danger" text={t('gate.refused')} />;
  return (
    <div className="stack">
      <Notice tone="danger" role="alert">
        <p>{describeFailure(failure, t)}</p>
      </Notice>
      <div>
        <Button onClick={() => refetch()} loading={isFetching}>
          {t('action.retry')}
        </Button>
      </div>
    </div>
  );
}

function SignedOut() {
  const { t } = useText();
  const session = useSession();
  return (
    <div className="stack">
      <Told tone="info" text={t('gate.signedOut')} />
      <div>
        <Button onClick={() => void logOut(session)}>{t('account.logOut')}</Button>
      </div>
    </div>
  );
}
