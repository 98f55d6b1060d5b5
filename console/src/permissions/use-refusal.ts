import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { type AnyEndpoint, explainPermission, type ParamsOf, type QueryOf } from '@warifu/contract';
import { type Answer, call } from '../api.ts';
import { failure } from '../failure.ts';
import { type Session, sessionQuery, useSession } from '../session/session.ts';
import { namesIn, type PathValues, type Refusal, refusalOf } from './refusal.ts';

/** Why a user may not call an operation, as the server decides it for this very session. */
function refusalQuery(
  { operatorId, userName = '' }: Session,
  endpoint: AnyEndpoint,
  path: PathValues,
  queryParameters: PathValues = {},
) {
  return queryOptions({
    queryKey: ['refusal', userName, endpoint.operation, path, queryParameters],
    queryFn: async (): Promise<{ refusal?: Refusal | undefined }> => {
      const pathVariables = { operator_id: operatorId, ...path };
      const asked = { userName, api: endpoint.operation, pathVariables, queryParameters };
      const { reply } = await call(explainPermission, { operator_id: operatorId, ...asked });
      return { refusal: refusalOf(reply, namesIn(endpoint.path), path) };
    },
    staleTime: 30_000,
    retry: false,
  });
}

/**
 * Why the caller may not call an operation; everybody may ask that about itself. Where it cannot be known beforehand
 * the button is there, and the server's answer is shown where it was pressed.
 */
export function useRefusal(endpoint: AnyEndpoint, path: PathValues) {
  const session = useSession();
  const { data, isPending } = useQuery({ ...refusalQuery(session, endpoint, path), enabled: !session.isRoot });
  return { refusal: data?.refusal, isPending: isPending && !session.isRoot };
}

type Reading<E extends AnyEndpoint> = Omit<ParamsOf<E> & QueryOf<E>, 'operator_id'>;

/**
 * Reads for a page what needs a permission. Without it the operation is not called: that a page tries what it could show
 * is no attempt of the person, and has no place in the audit log.
 * @throws Failure as the operation would have answered
 */
export async function read<E extends AnyEndpoint>(
  client: QueryClient,
  endpoint: E,
  input: Reading<E>,
): Promise<Answer<E>> {
  const session = await client.ensureQueryData(sessionQuery);
  const { operatorId, userName = '', isRoot, quarantinedUntil: until } = session;
  const inPath = namesIn(endpoint.path);
  const texts = Object.entries(input).map(([name, value]) => [name, String(value)] as const);
  const path = Object.fromEntries(texts.filter(([name]) => inPath.includes(name)));
  const query = Object.fromEntries(texts.filter(([name]) => !inPath.includes(name)));
  // Should the question itself fail, the operation says what is wrong.
  const question = refusalQuery(session, endpoint, path, query);
  const asked = isRoot ? undefined : await client.fetchQuery(question).catch(() => undefined);
  if (asked?.refusal)
    throw failure({ ...refused[asked.refusal]({ permission: endpoint.operation, userName, until }), status: 403 });
  const operator = inPath.includes('operator_id') ? { operator_id: operatorId } : {};
  return await call(endpoint, { ...operator, ...input } as never);
}

type Asked = { readonly permission: string; readonly userName: string; readonly until: number | undefined };

/** The answers that a refusal would have had. */
const refused = {
  permission: ({ permission, userName }: Asked) => ({ code: 'AUM0017', facts: { permission, userName } }),
  root: () => ({ code: 'AUM0016' }),
  session: () => ({ code: 'AUM0015' }),
  quarantine: ({ until }: Asked) => ({ code: 'AUM0019', ...(until !== undefined && { facts: { until } }) }),
} as const;
