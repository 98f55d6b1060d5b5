import '../locales/later.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { listOperatorAuthKeys } from '@warifu/contract';
import { call } from '../api.ts';
import { Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { useSession } from '../session/session.ts';
import { type AuthKey, useUserKeys } from '../users/users.ts';
import { KeysCard } from './keys-card.tsx';
import { type KeyOwner, rootKeysKey, rootKeysOf, userKeysOf } from './owner.ts';

const route = getRouteApi('/security/keys');

/** The auth keys of whoever is signed in. */
export function KeysPage() {
  const { t } = useText();
  const { isRoot } = useSession();
  return (
    <Page title={t('keys.title')} lead={t(isRoot ? 'keys.leadRoot' : 'keys.leadSelf')}>
      {isRoot ? <RootKeys /> : <OwnKeys />}
    </Page>
  );
}

function RootKeys() {
  const { operatorId } = useSession();
  const { data, error } = useQuery({
    queryKey: rootKeysKey,
    queryFn: async () => (await call(listOperatorAuthKeys, { operator_id: operatorId })).reply,
  });
  return <Keys owner={rootKeysOf(operatorId)} keys={data} error={error} />;
}

function OwnKeys() {
  const { operatorId, userName = '' } = useSession();
  const { data, error } = useUserKeys(userName);
  return <Keys owner={userKeysOf(operatorId, userName)} keys={data} error={error} />;
}

function Keys(owned: { owner: KeyOwner; keys: AuthKey[] | undefined; error: unknown }) {
  const { dialog, key } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <KeysCard
      {...owned}
      generating={dialog === 'new-key'}
      deleting={dialog === 'delete-key' ? key : undefined}
      onGenerate={() => navigate({ search: { dialog: 'new-key' } })}
      onDelete={(id) => navigate({ search: { dialog: 'delete-key', key: id } })}
      onClose={() => navigate({ search: {}, replace: true })}
    />
  );
}
