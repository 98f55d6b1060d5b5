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
import { OnlyOneself } from './only-oneself.tsx';
import { SimulateForm } from './simulate-form.tsx';
import { SimulateResult } from './simulate-result.tsx';
import { methods, type SimulateSearch } from './simulate-search.ts';
import { useRefusal } from './use-refusal.ts';

const route = getRouteApi('/security/simulate');

/**
 * Judges a call without making it. What is asked stands in the address, so that it can be linked and passed on. Without
 * the permission to ask about others, everybody may ask about itself.
 */
export function SimulatePage() {
  const { t } = useText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { userName, authMethod } = useSession();
  const { refusal, isPending } = useRefusal(explainPermission, {});
  // A draft is too long for an address.
  const [draft, setDraft] = useState('');
  const only = refusal ? userName : undefined;
  const usual =
    methods.find((method) => userName !== undefined && search.user === userName && method === authMethod) ?? 'password';
  const beyond = only !== undefined && search.user !== undefined && search.user !== only;
  const { data, error, isFetching } = useExplanation({ method: usual, ...search }, draft, !isPending && !beyond);
  return (
    <Page title={t('simulate.title')} lead={t('simulate.lead')}>
      <Card>
        {only !== undefined && <OnlyOneself permission={explainPermission.operation} />}
        <SimulateForm
          key={`${JSON.stringify(search)} ${only}`}
          asked={search}
          draft={draft}
          usual={usual}
          only={only}
          busy={isFetching}
          onAsk={async (wanted, text) => {
            setDraft(text);
            await navigate({ search: wanted });
          }}
        />
      </Card>
      <div role="status">
        {error && <FailureNotice error={error} />}
        {data && !error && !beyond && <SimulateResult explained={data} />}
      </div>
    </Page>
  );
}

function useExplanation(asked: SimulateSearch, draft: string, enabled: boolean) {
  const { operatorId } = useSession();
  const { user = '', api = '', path = {}, query = {}, ip, at, method, proved, reset } = asked;
  return useQuery({
    queryKey: ['explained', asked, draft],
    queryFn: async () => {
      const { reply } = await call(explainPermission, {
        operator_id: operatorId,
        userName: user,
        api,
        pathVariables: { operator_id: operatorId, ...path },
        queryParameters: query,
        ...(draft === '' ? {} : { draft }),
        ...(ip === undefined ? {} : { sourceIp: ip }),
        ...(at === undefined ? {} : { at }),
        ...(method === undefined ? {} : { authMethod: method }),
        ...(proved === undefined ? {} : { authAgeSeconds: proved }),
        ...(reset === undefined ? {} : { secondsSinceMfaReset: reset }),
      });
      return reply;
    },
    enabled: enabled && user !== '' && api !== '',
    retry: false,
  });
}
