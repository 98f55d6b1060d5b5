import { Button } from '@mantine/core';
import { createUser } from '@warifu/contract';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { GuardedButton } from '../permissions/guarded-button.tsx';

export function NoUsers({ onCreate }: { onCreate: () => void }) {
  const { t } = useText();
  return (
    <Card title={t('users.none')}>
      <p>{t('users.noneBody')}</p>
      <div>
        <GuardedButton endpoint={createUser} onClick={onCreate}>
          {t('users.create')}
        </GuardedButton>
      </div>
    </Card>
  );
}

export function NoMatch({ onClear }: { onClear: () => void }) {
  const { t } = useText();
  return (
    <div className="row">
      <p>{t('users.noMatch')}</p>
      <Button variant="default" onClick={onClear}>
        {t('users.clear')}
      </Button>
    </div>
  );
}
