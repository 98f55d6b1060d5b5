import { Button } from '@mantine/core';
import { asFailure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';

/** What a page needs did not come; trying again may help. */
export function LoadFailure({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useText();
  return (
    <Notice tone="danger" role="alert">
      <p>{describeFailure(asFailure(error), t)}</p>
      <div>
        <Button variant="default" onClick={retry}>
          {t('action.retry')}
        </Button>
      </div>
    </Notice>
  );
}
