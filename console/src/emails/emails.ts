import { useQuery } from '@tanstack/react-query';
import { listEmails, listSystemNotifications, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import { useSession } from '../session/session.ts';

export type EmailInfo = ReplyOf<typeof listEmails>[number];
export const purposes = ['primary', 'recovery', 'billing', 'support'] as const;
export type Purpose = (typeof purposes)[number];

export const emailsKey = ['emails'];

export function useEmails() {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...emailsKey, 'list'],
    queryFn: async () => (await call(listEmails, { operator_id: operatorId })).reply,
  });
}

/** Which addresses serve which purpose. */
export function usePurposes() {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...emailsKey, 'purposes'],
    queryFn: async () => {
      const { reply } = await call(listSystemNotifications, { operator_id: operatorId });
      return new Map(reply.map(({ type, emailIdList }) => [type, emailIdList]));
    },
  });
}

/** Which purpose of which operator. The contract's closed set of purposes has no type of its own. */
export function purposeParams(operatorId: string, purpose: Purpose) {
  return { operator_id: operatorId, type: purpose as never };
}
