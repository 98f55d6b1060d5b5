import { useText } from '../language.ts';
import { CopyButton } from '../look/copy-button.tsx';
import { Code } from '../look/name.tsx';
import { useSession } from '../session/session.ts';
import css from './operator-id.module.css';

export function OperatorId() {
  const { t } = useText();
  const { operatorId } = useSession();
  return (
    <span className={css.id}>
      <span className={css.label}>{t('account.operatorId')}</span>
      <Code>{operatorId}</Code>
      <CopyButton text={operatorId} label={t('account.copyId')} iconOnly />
    </span>
  );
}
