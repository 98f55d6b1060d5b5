import { Button, Checkbox } from '@mantine/core';
import { confirmBackupCodesStored } from '@warifu/contract';
import { useState } from 'react';
import { announce } from '../announce.tsx';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Appearing } from '../look/appearing.tsx';
import { CopyButton } from '../look/copy-button.tsx';
import { DialogFoot } from '../look/dialog.tsx';
import { DownloadIcon, PrintIcon } from '../look/icons.tsx';
import { ShownOnce } from '../look/shown-once.tsx';
import { hasOnlyPasskeys, useSession } from '../session/session.ts';
import { exactTime } from '../time.ts';
import { CodeSetName } from './code-set-name.tsx';
import { type CodeSet, codesFileName, codesText, saveFile } from './codes-file.ts';
import css from './codes-panel.module.css';
import { CodesSheet } from './codes-sheet.tsx';

type CodesPanelProps = {
  codes: string[];
  set: CodeSet;
  /** Somebody tried to leave without having stored the codes. */
  asking: boolean;
  onAsk: (asking: boolean) => void;
  onDone: () => void;
};

/** The backup codes, shown this once. */
export function CodesPanel({ codes, set, asking, onAsk, onDone }: CodesPanelProps) {
  const { t } = useText();
  const words = {
    title: t('codes.leaveTitle'),
    body: t('codes.leaveBody'),
    stay: t('codes.stay'),
    leave: t('codes.leave'),
  };
  return (
    <ShownOnce asking={asking} onAsk={onAsk} onDone={onDone} words={words}>
      {(done) => <Codes codes={codes} set={set} onDone={done} />}
    </ShownOnce>
  );
}

function Codes({ codes, set, onDone }: Pick<CodesPanelProps, 'codes' | 'set' | 'onDone'>) {
  const { t } = useText();
  const session = useSession();
  const [copied, setCopied] = useState(false);
  const [ticked, setTicked] = useState(false);
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(confirmBackupCodesStored, { operator_id: session.operatorId });
      onDone();
    },
  });
  const sheet = { codes, set, session };
  const download = () => {
    saveFile(codesFileName(sheet), codesText(sheet, t));
    announce(t('codes.downloaded'));
    setCopied(true);
  };
  const print = () => {
    setCopied(true);
    window.print();
  };
  const stored = ticked || copied;

  return (
    <FormFrame state={frame}>
      <p>{t(hasOnlyPasskeys(session) ? 'codes.bodyPasskeys' : 'codes.body')}</p>
      <p>
        {t('mfa.codeSet')} <CodeSetName {...set} /> <span className="quiet">{exactTime(set.createdAt)}</span>
      </p>
      <Appearing label={t('codes.appeared')}>
        <ul translate="no" className={css.codes} aria-label={t('codes.list')}>
          {codes.map((code) => (
            <li key={code} aria-label={spelled(code)}>
              <span>{code.slice(0, 4)}</span>
              <span>{code.slice(4)}</span>
            </li>
          ))}
        </ul>
      </Appearing>
      <div className={css.actions}>
        <Button variant="default" leftSection={<DownloadIcon />} onClick={download}>
          {t('codes.download')}
        </Button>
        <CopyButton text={codes.join('\n')} label={t('action.copy')} onCopied={() => setCopied(true)} />
        <Button variant="default" leftSection={<PrintIcon />} onClick={print}>
          {t('codes.print')}
        </Button>
      </div>
      <Checkbox
        label={t('codes.stored')}
        checked={ticked}
        onChange={(event) => setTicked(event.currentTarget.checked)}
        size="md"
      />
      <DialogFoot>
        {!stored && <p className="quiet small">{t('codes.doneFirst')}</p>}
        <SubmitButton busy={busy} busyText={t('action.working')} disabled={!stored}>
          {t('codes.done')}
        </SubmitButton>
      </DialogFoot>
      <CodesSheet {...sheet} />
    </FormFrame>
  );
}

/** Character by character, with a pause in the middle. */
function spelled(code: string): string {
  return `${[...code.slice(0, 4)].join(' ')}, ${[...code.slice(4)].join(' ')}`;
}
