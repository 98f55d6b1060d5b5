import { Button } from '@mantine/core';
import { asFailure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { NoPermission } from './no-permission.tsx';

type FailureNoticeProps = { error: unknown; userName?: string | undefined; onRetry?: () => void };

/** Why something could not be read: what permission is missing and whom to ask, or what went wrong. */
export function FailureNotice({ error, userName, onRetry }: FailureNoticeProps) {
  const { t } = useText();
  const failure = asFailure(error);
  const { permission } = failure.facts;
  if (permission) return <NoPermission permission={permission} path={userName ? { user_name: userName } : {}} />;
  return (
    <Notice tone="danger" role="alert">
      <p>{describeFailure(failure, t)}</p>
      {onRetry && failure.status !== 403 && failure.status !== 404 && (
        <div>
          <Button variant="default" onClick={onRetry}>
            {t('action.retry')}
          </Button>
        </div>
      )}
    </Notice>
  );
}
