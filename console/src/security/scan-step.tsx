import { Button } from '@mantine/core';
import { useText } from '../language.ts';
import { Appearing } from '../look/appearing.tsx';
import { CopyButton } from '../look/copy-button.tsx';
import { DialogFoot } from '../look/dialog.tsx';
import { Code } from '../look/name.tsx';
import { QrCode } from '../look/qr-code.tsx';
import css from './scan-step.module.css';

type ScanStepProps = { setupUri: string; onNext: () => void; onCancel: () => void };

/** What opens below is not to lie behind the buttons at the foot of the dialog. */
function showWhole({ open, lastElementChild }: HTMLDetailsElement): void {
  if (open) lastElementChild?.scrollIntoView({ block: 'nearest' });
}

/** The secret as a QR code, with its twin as text for those who cannot scan. */
export function ScanStep({ setupUri, onNext, onCancel }: ScanStepProps) {
  const { t } = useText();
  const secret = new URL(setupUri).searchParams.get('secret') ?? '';
  return (
    <div className="stack">
      <div>
        <p className="quiet small">{t('enable.step', { n: 1 })}</p>
        <h3>{t('enable.scanTitle')}</h3>
        <p>{t('enable.scanBody')}</p>
      </div>
      <Appearing label={t('enable.qr')} className={css.qr}>
        <QrCode text={setupUri} label={t('enable.qr')} />
      </Appearing>
      <details className={css.more} onToggle={({ currentTarget }) => showWhole(currentTarget)}>
        <summary>{t('enable.cannotScan')}</summary>
        <div className="stack-tight">
          <p>{t('enable.keyBody')}</p>
          <p className="quiet small" id="setup-key">
            {t('enable.key')}
          </p>
          <Code className={css.key}>
            {(secret.match(/.{1,4}/g) ?? []).map((group, place) => (
              // The groups never move, and two may be equal.
              <span key={place}>{group}</span>
            ))}
          </Code>
          <div className="row">
            <CopyButton text={secret} label={t('action.copyShort')} />
            <a className={css.app} href={setupUri}>
              {t('enable.openApp')}
            </a>
          </div>
        </div>
      </details>
      <DialogFoot>
        <Button variant="default" onClick={onCancel}>
          {t('action.cancel')}
        </Button>
        <Button onClick={onNext}>{t('action.next')}</Button>
      </DialogFoot>
    </div>
  );
}
