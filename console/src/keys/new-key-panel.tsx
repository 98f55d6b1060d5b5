import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useText } from '../language.ts';
import { Appearing } from '../look/appearing.tsx';
import { CopyButton } from '../look/copy-button.tsx';
import { DialogFoot } from '../look/dialog.tsx';
import { DownloadIcon } from '../look/icons.tsx';
import { Code } from '../look/name.tsx';
import { ShownOnce } from '../look/shown-once.tsx';
import { saveFile } from '../security/codes-file.ts';
import css from './new-key-panel.module.css';
import type { NewAuthKey } from './owner.ts';

type NewKeyPanelProps = {
  made: NewAuthKey;
  /** Somebody tried to leave without having stored the key. */
  asking: boolean;
  onAsk: (asking: boolean) => void;
  onDone: () => void;
};

/** The secret of a new key. */
export function NewKeyPanel({ made, asking, onAsk, onDone }: NewKeyPanelProps) {
  const { t } = useText();
  const words = {
    title: t('keys.leaveTitle'),
    body: t('keys.leaveBody'),
    stay: t('keys.stay'),
    leave: t('keys.leave'),
  };
  return (
    <ShownOnce asking={asking} onAsk={onAsk} onDone={onDone} words={words}>
      {(done) => <Secret made={made} onDone={done} />}
    </ShownOnce>
  );
}

function Secret({ made: { authKeyId, authKey }, onDone }: { made: NewAuthKey; onDone: () => void }) {
  const { t } = useText();
  const [copied, setCopied] = useState(false);
  const [ticked, setTicked] = useState(false);
  const stored = copied || ticked;
  const download = () => {
    saveFile(`${authKeyId}.env`, `WARIFU_AUTH_KEY_ID=${authKeyId}\nWARIFU_AUTH_KEY=${authKey}\n`);
    setCopied(true);
  };
  return (
    <div className="stack">
      <p>{t('keys.newBody')}</p>
      <Appearing label={t('keys.appeared')}>
        <dl className={css.parts}>
          <div>
            <dt>{t('keys.id')}</dt>
            <dd>
              <Code>{authKeyId}</Code>
              <CopyButton text={authKeyId} label={t('keys.copyId')} iconOnly />
            </dd>
          </div>
          <div>
            <dt>{t('keys.secret')}</dt>
            <dd>
              <Code>{authKey}</Code>
              <CopyButton text={authKey} label={t('keys.copySecret')} iconOnly onCopied={() => setCopied(true)} />
            </dd>
          </div>
        </dl>
      </Appearing>
      <div className="row">
        <CopyButton text={`${authKeyId}\n${authKey}`} label={t('action.copy')} onCopied={() => setCopied(true)} />
        <Button variant="default" leftSection={<DownloadIcon />} onClick={download}>
          {t('keys.download')}
        </Button>
      </div>
      <Checkbox
        label={t('keys.stored')}
        checked={ticked}
        onChange={(event) => setTicked(event.currentTarget.checked)}
        size="md"
      />
      <DialogFoot>
        {!stored && <p className="quiet small">{t('keys.doneFirst')}</p>}
        <Button disabled={!stored} onClick={onDone}>
          {t('keys.done')}
        </Button>
      </DialogFoot>
    </div>
  );
}
