import '../locales/later.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { explainPermission } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { useSession } from '../session/session.ts';
import { FailureNotice } from './failure-notice.tsx';
import type { SimulateSearch } from './routes.ts';
import { SimulateForm } from './simulate-form.tsx';
import { SimulateResult } from './simulate-result.tsx';

const route = getRouteApi('/security/simulate');

/** Judges a call without making it. What is asked stands in the address, so that it can be linked and passed on. */
export function SimulatePage() {
  const { t } = useText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  // A draft is too long for an address.
  const [draft, setDraft] = useState('');
  const { data, error, isFetching } = useExplanation(search, draft);
  return (
    <Page title={t('simulate.title')} lead={t('simulate.lead')}>
      <Card>
        <SimulateForm
          key={JSON.stringify(search)}
          asked={search}
          draft={draft}
          busy={isFetching}
          onAsk={async (wanted, text) => {
            setDraft(text);
            await navigate({ search: wanted });
          }}
        />
      </Card>
      <div role="status">
        {error && <FailureNotice error={error} />}
        {data && !error && <SimulateResult explained={data} />}
      </div>
    </Page>
  );
}

function useExplanation(asked: SimulateSearch, draft: string) {
  const { operatorId } = useSession();
  const { user = '', api = '', path = {}, ip, at, mfa = false, method } = asked;
  return useQuery({
    queryKey: ['explained', asked, draft],
    queryFn: async () => {
      const { reply } = await call(explainPermission, {
        operator_id: operatorId,
        userName: user,
        api,
        pathVariables: { operator_id: operatorId, ...path },
        mfaAuthenticated: mfa,
        ...(draft === '' ? {} : { draft }),
        ...(ip === undefined ? {} : { sourceIp: ip }),
        ...(at === undefined ? {} : { at }),
        ...(method === undefined ? {} : { authMethod: method }),
      });
      return reply;
    },
    enabled: user !== '' && api !== '',
    retry: false,
  });
}
