import { useText } from '../language.ts';
import { CopyButton } from '../look/copy-button.tsx';
import { Code } from '../look/name.tsx';
import css from './permission-text.module.css';

type PermissionTextProps = { text: string; label?: 'editor.readOnly' | 'trust.readOnly' };

/** A document to read. */
export function PermissionText({ text, label = 'editor.readOnly' }: PermissionTextProps) {
  const { t } = useText();
  if (text === '') return <p>{t('permissions.none')}</p>;
  return (
    <div className="stack-tight">
      {/* What scrolls has to be reachable by keyboard. */}
      <pre className={css.text} tabIndex={0} role="region" aria-label={t(label)}>
        <Code>{text}</Code>
      </pre>
      <div>
        <CopyButton text={text} label={t('action.copyShort')} />
      </div>
    </div>
  );
}
