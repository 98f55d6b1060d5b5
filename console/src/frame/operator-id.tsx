import { useText } from '../language.ts';
import { CopyButton } from '../look/copy-button.tsx';
import { useSession } from '../session/session.ts';
import css from './operator-id.module.css';

export function OperatorId() {
  const { t } = useText();
  const { operatorId } = useSession();
  return (
    <span className={css.id}>
      <span className={css.label}>{t('account.operatorId')}</span>
      <code translate="no">{operatorId}</code>
      <CopyButton text={operatorId} label={t('account.copyId')} iconOnly />
    </span>
  );
}
