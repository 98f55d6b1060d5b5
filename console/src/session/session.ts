import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { getSession, type ReplyOf } from '@warifu/contract';
import { call, keepCsrfToken } from '../api.ts';
import { followAccount } from '../language.ts';

export type Session = ReplyOf<typeof getSession> & {
  /** `expiresAt` by the clock of this device. */
  endsAt: number;
};

/** Who is signed in. Asked anew after everything that renews the session, because the CSRF token changes with it. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: readSession,
});

/** Asks who is signed in, and keeps the CSRF token of that session. */
export async function readSession(): Promise<Session> {
  const { reply } = await call(getSession, {});
  keepCsrfToken(reply.csrfToken);
  followAccount(reply.language);
  return { ...reply, endsAt: Date.now() + (reply.expiresAt - reply.serverTime) };
}

export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether somebody has passkeys and no authenticator app: then no page speaks of one. */
export function hasOnlyPasskeys({ factors }: Session): boolean {
  return factors.length > 0 && !factors.includes('authenticator_app');
}

/** The name a person knows the account by. */
export function accountName(session: Session): string {
  return session.userName ?? session.email ?? session.operatorId;
}
