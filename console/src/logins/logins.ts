import { useInfiniteQuery } from '@tanstack/react-query';
import { listSignIns, listUserSignIns, principalOf, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import type { Translate } from '../language.ts';
import { browserName } from '../security/browser-name.ts';
import { methodWord } from '../security/method-words.ts';
import { useSession } from '../session/session.ts';

export type Login = ReplyOf<typeof listSignIns>[number];

export const loginsKey = ['logins'];
const pageSize = 50;

/** The logins of a SAM user, or one's own, page by page. */
export function useLogins(userName: string | undefined) {
  const { operatorId } = useSession();
  return useInfiniteQuery({
    queryKey: [...loginsKey, userName],
    queryFn: async ({ pageParam }) => {
      const page = { limit: pageSize, ...(pageParam === '' ? {} : { last_evaluated_key: pageParam }) };
      const { reply, nextKey } =
        userName === undefined
          ? await call(listSignIns, page)
          : await call(listUserSignIns, { operator_id: operatorId, user_name: userName, ...page });
      return { logins: reply, nextKey };
    },
    initialPageParam: '',
    getNextPageParam: ({ nextKey }) => nextKey,
  });
}

type Result = 'success' | 'codeFailed' | 'failed' | 'refused';

/**
 * What became of it. After a right password a code that was wrong, or never came, is its own matter: somebody knows the
 * password.
 */
export function resultOf({ operation, outcome, reason, authMethod }: Login): Result {
  if (outcome === 'success' && authMethod !== undefined) return 'success';
  if (operation === 'System:cleanUp' || operation === 'Auth:verifySignIn' || reason === 'wrong code')
    return 'codeFailed';
  return outcome === 'refused' ? 'refused' : 'failed';
}

/** Whether "this was not me" answers anything: a wrong password opened nothing and told nobody anything. */
export function canDisown(login: Login): boolean {
  return !login.current && ['success', 'codeFailed'].includes(resultOf(login));
}

export function methodName({ authMethod }: Pick<Login, 'authMethod'>, t: Translate): string {
  return methodWord(authMethod, t) ?? '–';
}

export function placeName({ userAgent }: Pick<Login, 'userAgent'>, t: Translate): string {
  return browserName(userAgent) ?? (userAgent.slice(0, 40) || t('sessions.unknown'));
}

/** The user of an SRN, as a person knows it; the root user has no name. */
export function nameOfSrn(srn: string): string | undefined {
  return principalOf(srn).userName || undefined;
}
