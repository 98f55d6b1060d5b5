import { Button } from '@mantine/core';
import { cancelMFA } from '@warifu/contract';
import type { ReactNode } from 'react';
import { call } from '../api.ts';
import { describeFailure } from '../failure-words.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Facts, Moment } from '../look/facts.tsx';
import { Notice } from '../look/notice.tsx';
import { StatusWord } from '../look/status-word.tsx';
import { showOutcome } from '../outcome.tsx';
import { hasOnlyPasskeys, useSession } from '../session/session.ts';
import type { MfaState } from './mfa-status.ts';
import type { Enrolment } from './use-enrolment.ts';

type MfaCardProps = {
  state: MfaState;
  enrolment: Enrolment;
  onScan: () => void;
  onDisable: () => void;
  onChanged: () => void;
};

export function MfaCard({ state, enrolment, onScan, onDisable, onChanged }: MfaCardProps) {
  const { t } = useText();
  const byPasskeys = hasOnlyPasskeys(useSession());
  const begin = async () => {
    if (await enrolment.begin()) onScan();
    // Whatever the answer was, the page should show how things stand: another tab may have changed them.
    onChanged();
  };
  return (
    <Card title={t(byPasskeys ? 'nav.passkeys' : 'mfa.app')} aside={<State state={state} />}>
      {enrolment.failure && (
        <Notice tone="danger" role="alert">
          <p>{describeFailure(enrolment.failure, t)}</p>
        </Notice>
      )}
      {state.status === 'INACTIVE' && <Off busy={enrolment.busy} begin={begin} />}
      {state.status === 'UNCONFIRMED' && (
        <Unconfirmed enrolment={enrolment} begin={begin} onScan={onScan} onChanged={onChanged} />
      )}
      {state.status === 'ACTIVE' && <On state={state} onDisable={onDisable} />}
    </Card>
  );
}

function State({ state }: { state: MfaState }): ReactNode {
  const { t } = useText();
  if (state.suspended) return <StatusWord kind="warn">{t('status.suspended')}</StatusWord>;
  const kinds = { ACTIVE: 'well', INACTIVE: 'off', UNCONFIRMED: 'wait' } as const;
  return <StatusWord kind={kinds[state.status]}>{t(`status.${state.status}`)}</StatusWord>;
}

function Off({ busy, begin }: { busy: boolean; begin: () => void }) {
  const { t } = useText();
  return (
    <>
      <p>{t('mfa.offBody')}</p>
      <div>
        <SubmitButton type="button" busy={busy} busyText={t('action.working')} onClick={begin}>
          {t('mfa.enable')}
        </SubmitButton>
      </div>
    </>
  );
}

type UnconfirmedProps = { enrolment: Enrolment; begin: () => void; onScan: () => void; onChanged: () => void };

function Unconfirmed({ enrolment, begin, onScan, onChanged }: UnconfirmedProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(cancelMFA, { operator_id: operatorId });
      enrolment.forget();
      showOutcome('mfa.gaveUp');
      onChanged();
    },
  });
  return (
    <FormFrame state={frame}>
      <p>{t('mfa.unconfirmedBody')}</p>
      <div className="row">
        {enrolment.setupUri && <Button onClick={onScan}>{t('mfa.resume')}</Button>}
        <SubmitButton
          type="button"
          variant={enrolment.setupUri ? 'default' : 'filled'}
          busy={enrolment.busy}
          busyText={t('action.working')}
          onClick={begin}
        >
          {t('mfa.startAgain')}
        </SubmitButton>
        <SubmitButton variant="default" busy={busy} busyText={t('action.working')}>
          {t('mfa.giveUp')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}

function On({ state, onDisable }: { state: MfaState; onDisable: () => void }) {
  const { t } = useText();
  return (
    <>
      {state.suspended && (
        <Notice tone="danger">
          <p>{t('mfa.suspendedBody')}</p>
        </Notice>
      )}
      <Facts
        facts={[
          [t('mfa.since'), state.activatedAt ? <Moment at={state.activatedAt} /> : '–'],
          [t('mfa.lastUsed'), state.lastUsedAt ? <Moment at={state.lastUsedAt} /> : t('mfa.neverUsed')],
        ]}
      />
      <div>
        <Button variant="default" onClick={onDisable}>
          {t('mfa.disable')}
        </Button>
      </div>
    </>
  );
}
