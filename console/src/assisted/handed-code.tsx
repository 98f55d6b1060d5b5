import { Button } from '@mantine/core';
import { named, useText } from '../language.ts';
import { Appearing } from '../look/appearing.tsx';
import { CopyButton } from '../look/copy-button.tsx';
import { DialogFoot } from '../look/dialog.tsx';
import { Facts, Moment } from '../look/facts.tsx';
import { Code, Words } from '../look/name.tsx';

type HandedCodeProps = {
  userName: string;
  started: { readonly code: string; readonly dueAt: number; readonly awaitsApproval: boolean };
  onDone: () => void;
};

/** The code that is handed over. It is nowhere else, and whoever lost it starts the reset anew. */
export function HandedCode({ userName, started: { code, dueAt, awaitsApproval }, onDone }: HandedCodeProps) {
  const { t } = useText();
  return (
    <div className="stack">
      <p>
        <Words>{t('assisted.codeBody', { name: named(userName) })}</Words>
      </p>
      <Appearing label={t('assisted.codeAppeared')}>
        <div className="row">
          <strong>
            <Code>{code}</Code>
          </strong>
          <CopyButton text={code} label={t('assisted.copyCode')} />
        </div>
      </Appearing>
      {awaitsApproval ? (
        <p>{t('assisted.codeAwaits')}</p>
      ) : (
        <Facts facts={[[t('assisted.codeUntil'), <Moment key="until" at={dueAt} />]]} />
      )}
      <DialogFoot>
        <Button onClick={onDone}>{t('assisted.done')}</Button>
      </DialogFoot>
    </div>
  );
}
