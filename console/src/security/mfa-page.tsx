import { Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router';
import { enableMFA } from '@warifu/contract';
import { announce } from '../announce.tsx';
import { call } from '../api.ts';
import { LoadFailure } from '../frame/load-failure.tsx';
import { Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { focusPageTitle } from '../look/focus.ts';
import { showOutcome } from '../outcome.tsx';
import type { Receipt } from '../receipt.ts';
import { sessionQuery, useSession } from '../session/session.ts';
import { ApiExamples } from './api-examples.tsx';
import { BackupCodesCard } from './backup-codes-card.tsx';
import { CodeTries } from './code-tries.tsx';
import { DisableDialog } from './disable-dialog.tsx';
import { EnableDialog } from './enable-dialog.tsx';
import { MfaCard } from './mfa-card.tsx';
import { mfaKey, useMfaStatus } from './mfa-status.ts';
import { NewCodesDialog } from './new-codes-dialog.tsx';
import { RehearseDialog } from './rehearse-dialog.tsx';
import { useEnrolment } from './use-enrolment.ts';

const route = getRouteApi('/security/mfa');
const OwnMfa = lazyRouteComponent(() => import('../users/own-mfa.tsx'), 'OwnMfa');

/** What the address of the page says beyond the path: which dialog is open, and at which step. */
export type MfaSearch = {
  step?: 'start' | 'scan' | 'code';
  dialog?: 'disable' | 'codes' | 'rehearse';
};

/** Multi-factor authentication of whoever is signed in. */
export function MfaPage() {
  return useSession().isRoot ? <RootMfa /> : <OwnMfa />;
}

/** That of the root user: its state, and the ways to change it. */
function RootMfa() {
  const { t } = useText();
  const { step, dialog } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const status = useMfaStatus();
  const { operatorId } = useSession();
  const enrolment = useEnrolment(() => call(enableMFA, { operator_id: operatorId }));

  const show = (search: MfaSearch) => navigate({ search, replace: step !== undefined || dialog !== undefined });
  const refresh = () => {
    queries.invalidateQueries({ queryKey: mfaKey });
    queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  const closeUnfinished = () => {
    void show({});
    announce(t('enable.nothingChanged'));
    refresh();
  };
  const finishEnabling = (receipt: Receipt) => {
    enrolment.forget();
    showOutcome('mfa.enabled', receipt);
    void show({});
    refresh();
    focusPageTitle();
  };
  const finishDisabling = (receipt: Receipt) => {
    showOutcome('mfa.disabled', receipt);
    void show({});
    refresh();
    focusPageTitle();
  };

  return (
    <Page title={t('mfa.title')} lead={t('mfa.lead')}>
      {status.error && <LoadFailure error={status.error} retry={status.refetch} />}
      {status.isPending && <Skeleton height={180} radius={10} />}
      {status.data && (
        <>
          <MfaCard
            state={status.data}
            enrolment={enrolment}
            onScan={() => show({ step: 'scan' })}
            onDisable={() => show({ dialog: 'disable' })}
            onChanged={refresh}
          />
          <BackupCodesCard
            state={status.data}
            onRenew={() => show({ dialog: 'codes' })}
            onRehearse={() => show({ dialog: 'rehearse' })}
            onChanged={refresh}
          />
          <CodeTries />
        </>
      )}
      <ApiExamples />
      <EnableDialog
        step={step}
        enrolment={enrolment}
        show={(next) => navigate({ search: next ? { step: next } : {}, replace: next !== 'code' })}
        onClose={closeUnfinished}
        onEnabled={refresh}
        onDone={finishEnabling}
      />
      <DisableDialog opened={dialog === 'disable'} onClose={() => show({})} onDisabled={finishDisabling} />
      <RehearseDialog
        set={status.data?.backupCodes}
        opened={dialog === 'rehearse'}
        onClose={() => show({})}
        onChanged={refresh}
      />
      <NewCodesDialog opened={dialog === 'codes'} onClose={() => show({})} onChanged={refresh} />
    </Page>
  );
}
