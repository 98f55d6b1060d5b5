import { useQuery } from '@tanstack/react-query';
import { type AnyEndpoint, explainPermission } from '@warifu/contract';
import { call } from '../api.ts';
import { useSession } from '../session/session.ts';
import { namesIn, type PathValues, type Refusal, refusalOf } from './refusal.ts';

/**
 * Why the caller may not call an operation, as the server decides it for this very session; everybody may ask that about
 * itself. Where it cannot be known beforehand the button is there, and the server's answer is shown where it was pressed.
 */
export function useRefusal(endpoint: AnyEndpoint, path: PathValues) {
  const { isRoot, operatorId, userName = '' } = useSession();
  const { data, isPending } = useQuery({
    queryKey: ['refusal', userName, endpoint.operation, path],
    queryFn: async (): Promise<{ refusal?: Refusal | undefined }> => {
      const asked = { userName, api: endpoint.operation, pathVariables: { operator_id: operatorId, ...path } };
      const { reply } = await call(explainPermission, { operator_id: operatorId, ...asked });
      return { refusal: refusalOf(reply, namesIn(endpoint.path), path) };
    },
    enabled: !isRoot,
    staleTime: 30_000,
    retry: false,
  });
  return { refusal: data?.refusal, isPending: isPending && !isRoot };
}
