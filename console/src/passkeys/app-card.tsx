import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { beginAuthenticatorApp, confirmAuthenticatorApp, removeFactor } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { Dialog } from '../look/dialog.tsx';
import { Facts, Moment } from '../look/facts.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { showOutcome } from '../outcome.tsx';
import { EnrolmentSteps } from '../security/enable-dialog.tsx';
import type { MfaSearch } from '../security/mfa-page.tsx';
import { useEnrolment } from '../security/use-enrolment.ts';
import type { Factor } from './factors.ts';

type AppCardProps = { factors: readonly Factor[]; onChanged: () => Promise<void> };

/** The authenticator app beside the passkeys: added, changed without a gap, or removed while there is another factor. */
export function AppCard({ factors, onChanged }: AppCardProps) {
  const { t } = useText();
  const [step, setStep] = useState<MfaSearch['step']>();
  const [removing, setRemoving] = useState(false);
  const enrolment = useEnrolment(() => call(beginAuthenticatorApp, {}));
  const app = factors.find(({ kind }) => kind === 'authenticator_app');
  const close = () => setStep(undefined);
  const confirm = async (code: string) => {
    const { receipt } = await call(confirmAuthenticatorApp, { mfaOTPCode: code });
    close();
    enrolment.forget();
    await onChanged();
    showOutcome(app ? 'passkeys.appChanged' : 'passkeys.appAdded', receipt);
    focusPageTitle();
  };
  const remove = async () => {
    const { receipt } = await call(removeFactor, { factor_id: app?.factorId ?? '' });
    await onChanged();
    setRemoving(false);
    showOutcome('passkeys.appRemoved', receipt);
    focusPageTitle();
  };
  return (
    <Card title={t('mfa.app')}>
      {app ? (
        <Facts
          facts={[
            [t('passkeys.registered'), <Moment key="since" at={app.activatedAt} />],
            [
              t('passkeys.lastUsed'),
              app.lastUsedAt ? <Moment key="used" at={app.lastUsedAt} /> : t('passkeys.neverUsed'),
            ],
          ]}
        />
      ) : (
        <p>{t('passkeys.noApp')}</p>
      )}
      {factors.length === 0 ? (
        <p>
          <Link to="/security/mfa">{t('mfa.enable')}</Link>
        </p>
      ) : (
        <div className="row">
          <Button variant="default" onClick={() => setStep('start')}>
            {t(app ? 'passkeys.changeApp' : 'passkeys.addApp')}
          </Button>
          {app && factors.length > 1 && (
            <Button variant="default" onClick={() => setRemoving(true)}>
              {t('passkeys.removeApp')}
            </Button>
          )}
        </div>
      )}
      {app && <p className="quiet small">{t('passkeys.changeBody')}</p>}
      <Dialog title={t(app ? 'passkeys.changeApp' : 'passkeys.addApp')} opened={step !== undefined} onClose={close}>
        <EnrolmentSteps step={step} enrolment={enrolment} show={setStep} onClose={close} confirm={confirm} />
      </Dialog>
      <ConfirmDialog
        title={t('passkeys.removeApp')}
        body={[t('passkeys.removeAppBody')]}
        submit={t('passkeys.removeSubmit')}
        opened={removing}
        onClose={() => setRemoving(false)}
        send={remove}
      />
    </Card>
  );
}
