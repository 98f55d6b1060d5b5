import '../locales/later.ts';
import { Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { beginPasskey, registerPasskey, removeFactor } from '@warifu/contract';
import { useEffect, useRef, useState } from 'react';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { LoadFailure } from '../frame/load-failure.tsx';
import { Card, Page } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { Dialog } from '../look/dialog.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { Notice } from '../look/notice.tsx';
import { showOutcome } from '../outcome.tsx';
import { createPasskey, forgetPasskey, knowsPasskeys } from '../passkey.ts';
import type { CodeSet } from '../security/codes-file.ts';
import { CodesPanel } from '../security/codes-panel.tsx';
import { AppCard } from './app-card.tsx';
import { type Factor, useFactors, useFactorsChanged } from './factors.ts';
import { PasskeyTable } from './passkey-table.tsx';
import { RenameDialog } from './rename-dialog.tsx';

const route = getRouteApi('/security/passkeys');

/** One's own passkeys: what they are called, when they were used, and the ways to add, rename and remove one. */
export function PasskeysPage() {
  const { t } = useText();
  const { add } = route.useSearch();
  const factors = useFactors();
  const changed = useFactorsChanged();
  const [renaming, setRenaming] = useState<Factor>();
  const [removing, setRemoving] = useState<Factor>();
  const [codes, setCodes] = useState<{ codes: string[]; set: CodeSet; factor: Factor }>();
  const [asking, setAsking] = useState(false);
  const passkeys = factors.data?.filter(({ kind }) => kind === 'passkey');

  const remove = async () => {
    if (!removing) return;
    const { receipt } = await call(removeFactor, { factor_id: removing.factorId });
    await forgetPasskey(removing.credentialId ?? '');
    await changed();
    setRemoving(undefined);
    showOutcome('passkeys.removed', receipt);
    focusPageTitle();
  };

  return (
    <Page title={t('nav.passkeys')} lead={t('passkeys.lead')}>
      {factors.error && <LoadFailure error={factors.error} retry={factors.refetch} />}
      <Card title={t('passkeys.list')}>
        {factors.isPending && <Skeleton height={80} />}
        {passkeys?.length === 0 && <p>{t('passkeys.none')}</p>}
        {passkeys && passkeys.length > 0 && (
          <PasskeyTable passkeys={passkeys} onRename={setRenaming} onRemove={setRemoving} />
        )}
        <AddForm
          first={add === 1}
          onAdded={async (factor, made) => {
            await changed();
            if (made) setCodes({ ...made, factor });
            else setRenaming(factor);
          }}
        />
        <details>
          <summary>{t('passkeys.what')}</summary>
          <p className="quiet">{t('passkeys.whatBody')}</p>
        </details>
      </Card>
      <AppCard factors={factors.data ?? []} onChanged={changed} />
      <RenameDialog
        factor={renaming}
        onClose={() => setRenaming(undefined)}
        onRenamed={async () => {
          await changed();
          setRenaming(undefined);
          focusPageTitle();
        }}
      />
      <ConfirmDialog
        title={t('passkeys.removeTitle')}
        body={[t('passkeys.removeBody', { name: named(removing?.label || t('passkeys.unnamed')) })]}
        submit={t('passkeys.removeSubmit')}
        opened={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        send={remove}
      />
      <Dialog title={t('codes.title')} size="38rem" opened={codes !== undefined} onClose={() => setAsking(true)}>
        {codes && (
          <CodesPanel
            codes={codes.codes}
            set={codes.set}
            asking={asking}
            onAsk={setAsking}
            onDone={() => {
              setRenaming(codes.factor);
              setCodes(undefined);
              setAsking(false);
            }}
          />
        )}
      </Dialog>
    </Page>
  );
}

type AddFormProps = {
  first: boolean;
  onAdded: (factor: Factor, made: { codes: string[]; set: CodeSet } | undefined) => Promise<void>;
};

function AddForm({ first, onAdded }: AddFormProps) {
  const { t } = useText();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (first) place.current?.querySelector('button')?.focus();
  }, [first]);
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      const begun = await call(beginPasskey, {});
      const passkey = await createPasskey(begun.reply.options);
      const { reply, receipt } = await call(registerPasskey, { passkey });
      showOutcome('passkeys.added', receipt);
      const { factorId, label, backupCodes: codes, backupCodeSet: set } = reply;
      await onAdded({ factorId, label, kind: 'passkey', activatedAt: Date.now() }, set && { codes, set });
    },
  });
  if (!knowsPasskeys()) {
    return (
      <Notice tone="info">
        <p>{t('passkeys.unknown')}</p>
      </Notice>
    );
  }
  return (
    <FormFrame state={frame}>
      <div ref={place}>
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('passkeys.add')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}
