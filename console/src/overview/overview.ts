import { useQuery } from '@tanstack/react-query';
import { getOverview, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import { useSession } from '../session/session.ts';

type Overview = ReplyOf<typeof getOverview>;
export type OperatorState = NonNullable<Overview['operator']>;

export const overviewKey = ['overview'];

export function useOverview() {
  const { sessionId } = useSession();
  return useQuery({ queryKey: [...overviewKey, sessionId], queryFn: async () => (await call(getOverview, {})).reply });
}

type MailState = 'off' | 'failing' | 'working' | 'unused';

/** How the mails of this operator fare: the newest of what was sent and what was refused tells. */
export function mailState({ smtp, lastSentAt, lastFailedAt }: OperatorState['mail']): MailState {
  if (!smtp) return 'off';
  if (lastFailedAt !== undefined && lastFailedAt >= (lastSentAt ?? 0)) return 'failing';
  return lastSentAt === undefined ? 'unused' : 'working';
}
