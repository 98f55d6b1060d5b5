import { useQuery } from '@tanstack/react-query';
import { type AnyEndpoint, explainPermission, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import { type Session, useSession } from '../session/session.ts';

type Explained = ReplyOf<typeof explainPermission>;

/**
 * Whether the caller may call an operation on a user. Undefined where that is not known beforehand: then the button is
 * there, and the server's answer is shown where it was pressed.
 */
export function useAllowed(endpoint: AnyEndpoint, userName: string): boolean | undefined {
  const session = useSession();
  const mayAsk = useMayAsk(session);
  const { data } = useQuery({
    queryKey: ['allowed', session.userName, endpoint.operation, userName],
    queryFn: () => explainOwn(session, endpoint.operation, userName),
    enabled: mayAsk,
    staleTime: 30_000,
    retry: false,
  });
  if (session.isRoot) return true;
  return data && verdict(data);
}

/** Asked once: without the permission to explain, every other question would be refused as well. */
function useMayAsk(session: Session): boolean {
  const { data } = useQuery({
    queryKey: ['allowed', session.userName],
    queryFn: () => explainOwn(session, explainPermission.operation, '').then(Boolean, () => false),
    enabled: !session.isRoot,
    staleTime: 30_000,
    retry: false,
  });
  return data ?? false;
}

async function explainOwn(session: Session, api: string, target: string): Promise<Explained> {
  const factor = session.authMethod.includes('totp');
  const { reply } = await call(explainPermission, {
    operator_id: session.operatorId,
    userName: session.userName ?? '',
    api,
    pathVariables: { operator_id: session.operatorId, user_name: target },
    mfaAuthenticated: factor,
    authMethod: factor ? 'password+totp' : 'password',
  });
  return reply;
}

// The address of the caller is not known here: a condition that failed for want of it says nothing.
function verdict({ decision, statements }: Explained): boolean | undefined {
  const unsure = statements.some(({ api, condition }) => condition?.value === 'fails' && api.some((a) => a.matched));
  return unsure ? undefined : decision === 'allow';
}
