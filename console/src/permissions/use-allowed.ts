import { useQuery } from '@tanstack/react-query';
import { type AnyEndpoint, explainPermission, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import { useSession } from '../session/session.ts';

type Explained = ReplyOf<typeof explainPermission>;

/**
 * Whether the caller may call an operation on a user. Undefined where that is not known beforehand: then the button is
 * there, and the server's answer is shown where it was pressed.
 */
export function useAllowed(endpoint: AnyEndpoint, userName: string): boolean | undefined {
  const session = useSession();
  const self = session.userName ?? '';
  const { data } = useQuery({
    queryKey: ['allowed', endpoint.permission, userName],
    queryFn: async () => {
      const { reply } = await call(explainPermission, {
        operator_id: session.operatorId,
        userName: self,
        api: endpoint.permission,
        pathVariables: { operator_id: session.operatorId, user_name: userName },
        mfaAuthenticated: session.authMethod.includes('totp'),
        authMethod: session.authMethod.includes('totp') ? 'password+totp' : 'password',
      });
      return reply;
    },
    enabled: !session.isRoot,
    staleTime: 30_000,
    retry: false,
  });
  if (session.isRoot) return true;
  return data && verdict(data);
}

// The address of the caller is not known here: a condition that failed for want of it says nothing.
function verdict({ decision, statements }: Explained): boolean | undefined {
  const unsure = statements.some(({ api, condition }) => condition?.value === 'fails' && api.some((a) => a.matched));
  return unsure ? undefined : decision === 'allow';
}
