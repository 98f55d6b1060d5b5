import { Button } from '@mantine/core';
import { confirmBackupCodesStored } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Facts, Moment } from '../look/facts.tsx';
import { Notice } from '../look/notice.tsx';
import { StatusWord } from '../look/status-word.tsx';
import { showOutcome } from '../outcome.tsx';
import { useSession } from '../session/session.ts';
import { CodeSetName } from './code-set-name.tsx';
import { type CodesState, codesState, type MfaState } from './mfa-status.ts';

type BackupCodesCardProps = { state: MfaState; onRenew: () => void; onRehearse: () => void; onChanged: () => void };

export function BackupCodesCard({ state, onRenew, onRehearse, onChanged }: BackupCodesCardProps) {
  const { t } = useText();
  const codes = codesState(state);
  if (!codes || !state.backupCodes) return null;
  const { number, mark, createdAt, storedAt, triesLeft } = state.backupCodes;
  return (
    <Card
      title={t('mfa.codesTitle')}
      aside={<StatusWord kind={codes === 'stored' ? 'well' : 'warn'}>{t(`status.${codes}`)}</StatusWord>}
    >
      <p>{t('mfa.codesBody')}</p>
      <Weakness codes={codes} triesLeft={triesLeft} />
      <Facts
        facts={[
          [t('mfa.codeSet'), <CodeSetName key="set" number={number} mark={mark} />],
          [t('mfa.createdAt'), <Moment key="created" at={createdAt} />],
          ...(storedAt ? [[t('mfa.storedAt'), <Moment key="stored" at={storedAt} />] as const] : []),
        ]}
      />
      <div className="row">
        {codes !== 'frozen' && (
          <>
            <Button variant="default" onClick={onRehearse}>
              {t('rehearse.open')}
            </Button>
            <Button variant="default" onClick={onRenew}>
              {t('mfa.renew')}
            </Button>
          </>
        )}
        {codes === 'notStored' && <ConfirmStored onChanged={onChanged} />}
      </div>
    </Card>
  );
}

function Weakness({ codes, triesLeft }: { codes: CodesState; triesLeft: number }) {
  const { t } = useText();
  const words = {
    frozen: 'mfa.frozenBody',
    few: 'mfa.fewBody',
    notStored: 'mfa.notStoredBody',
    old: 'mfa.oldBody',
  } as const;
  if (codes === 'stored') return null;
  return (
    <Notice tone="warn">
      <p>{t(words[codes], { n: triesLeft })}</p>
    </Notice>
  );
}

function ConfirmStored({ onChanged }: { onChanged: () => void }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(confirmBackupCodesStored, { operator_id: operatorId });
      showOutcome('mfa.confirmedStored');
      onChanged();
    },
  });
  return (
    <FormFrame state={frame}>
      <SubmitButton variant="default" busy={busy} busyText={t('action.working')}>
        {t('mfa.confirmStored')}
      </SubmitButton>
    </FormFrame>
  );
}
