import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { asFailure } from '../failure.ts';
import { useText } from '../language.ts';
import { Card, Page } from './page.tsx';

export function Missing() {
  const { t } = useText();
  return (
    <Page title={t('missing.title')} lead={t('missing.body')}>
      <p>
        <Link to="/">{t('missing.home')}</Link>
      </p>
    </Page>
  );
}

/** A page that failed to draw; the frame around it stays. */
export function Broken({ error }: { error: unknown }) {
  const { t } = useText();
  const { requestId } = asFailure(error);
  return (
    <Page title={t('broken.title')}>
      <Card>
        <p>{t('broken.body')}</p>
        {requestId && <p className="quiet">{t('broken.reference', { requestId })}</p>}
        <div>
          <Button onClick={() => location.reload()}>{t('action.reload')}</Button>
        </div>
      </Card>
    </Page>
  );
}
