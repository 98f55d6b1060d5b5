import { Button, TextInput } from '@mantine/core';
import { type ClipboardEvent, useEffect, useRef, useState } from 'react';
import { useText } from '../language.ts';
import { Code } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import { backupCodesIn } from './checks.ts';
import css from './code-field.module.css';

type BackupCodeFieldProps = { id: string; name: string; value: string; onPick: (code: string) => void };

/** One backup code. When the whole list is pasted, its lines are offered to pick from. */
export function BackupCodeField({ onPick, ...field }: BackupCodeFieldProps) {
  const { t } = useText();
  const [pasted, setPasted] = useState<{ lines: string[]; beside: string }>();

  const takePasted = (event: ClipboardEvent<HTMLInputElement>) => {
    const found = backupCodesIn(event.clipboardData.getData('text'));
    if (found.length === 0) return;
    event.preventDefault();
    if (found.length === 1) onPick(found[0] ?? '');
    else setPasted({ lines: found, beside: field.value });
  };
  const pick = (line: string) => {
    setPasted(undefined);
    onPick(line);
    document.getElementById(field.id)?.focus();
  };

  return (
    <div className="stack-tight">
      <TextInput
        {...field}
        label={t('field.backupCode')}
        description={t('field.backupCodeHint')}
        autoComplete="off"
        autoCapitalize="characters"
        autoCorrect="off"
        spellCheck={false}
        onPaste={takePasted}
        classNames={{ input: css.input }}
      />
      {/* Not any more once something is typed. */}
      {pasted?.beside === field.value && <Lines lines={pasted.lines} pick={pick} />}
    </div>
  );
}

function Lines({ lines, pick }: { lines: string[]; pick: (line: string) => void }) {
  const { t } = useText();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <Notice tone="warn" role="alert" title={t('field.oneLineOnly')}>
      <p>{t('field.pickLine')}</p>
      <div className="row">
        {lines.map((line, index) => (
          <Button key={line} ref={index === 0 ? first : null} variant="default" onClick={() => pick(line)}>
            <Code>{line}</Code>
          </Button>
        ))}
      </div>
    </Notice>
  );
}
