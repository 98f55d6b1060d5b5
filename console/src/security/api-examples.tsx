import { Button } from '@mantine/core';
import {
  type AnyEndpoint,
  enableMFA,
  getMFAStatus,
  rehearseBackupCode,
  renewBackupCodes,
  revokeMFA,
  verifyMFA,
} from '@warifu/contract';
import { useState } from 'react';
import { useText } from '../language.ts';
import { CopyButton } from '../look/copy-button.tsx';
import { Dialog } from '../look/dialog.tsx';
import { Code } from '../look/name.tsx';
import { useSession } from '../session/session.ts';
import css from './api-examples.module.css';

// The names of the members are those of the contract; secrets are for the reader to fill in.
const examples: readonly (readonly [AnyEndpoint, Record<string, string>?])[] = [
  [getMFAStatus],
  [enableMFA],
  [verifyMFA, { mfaOTPCode: '<123456>' }],
  [rehearseBackupCode, { backupCode: '<BACKUP CODE>' }],
  [renewBackupCodes, { mfaOTPCode: '<123456>' }],
  [revokeMFA, { password: '<PASSWORD>' }],
];

/** The calls behind this page, for those who would rather script them. */
export function ApiExamples() {
  const { t } = useText();
  const { operatorId } = useSession();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Button variant="subtle" onClick={() => setOpen(true)}>
        {t('api.open')}
      </Button>
      <Dialog title={t('api.title')} opened={open} onClose={() => setOpen(false)} size="46rem">
        <div className="stack">
          <p>{t('api.body')}</p>
          {examples.map(([endpoint, body]) => (
            <Example key={endpoint.operation} endpoint={endpoint} command={curl(endpoint, operatorId, body)} />
          ))}
        </div>
      </Dialog>
    </div>
  );
}

function Example({ endpoint, command }: { endpoint: AnyEndpoint; command: string }) {
  const { t } = useText();
  return (
    <section className="stack-tight">
      <div className="row spread">
        <h3>
          <Code>{endpoint.operation}</Code>
        </h3>
        <CopyButton text={command} label={t('action.copyShort')} />
      </div>
      {/* What scrolls has to be reachable by keyboard. */}
      <pre className={css.command} tabIndex={0}>
        <Code>{command}</Code>
      </pre>
    </section>
  );
}

function curl(endpoint: AnyEndpoint, operatorId: string, body?: Record<string, string>): string {
  const parts = [
    `curl -X ${endpoint.method} '${location.origin}${endpoint.path.replace('{operator_id}', operatorId)}'`,
    `-H 'X-Soracom-API-Key: <API KEY>'`,
    `-H 'X-Soracom-Token: <TOKEN>'`,
  ];
  if (body) parts.push(`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(body)}'`);
  return parts.join(' \\\n  ');
}
