import { useText } from '../language.ts';
import { SubmitButton } from './submit-button.tsx';

type MoreButtonProps = { busy: boolean; onClick: () => void };

/** Below a list of which more is there. */
export function MoreButton({ busy, onClick }: MoreButtonProps) {
  const { t } = useText();
  return (
    <div>
      <SubmitButton type="button" variant="default" busy={busy} busyText={t('action.loading')} onClick={onClick}>
        {t('audit.more')}
      </SubmitButton>
    </div>
  );
}
