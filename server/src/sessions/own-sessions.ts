import type { Cause } from '../change/cause.ts';
import { changeUser, count, describe } from '../change/change.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { Session } from './live.ts';
import { isPerson } from './proofs.ts';
import { endOneSession, endOrigin, endUserSessions, renewToken } from './sessions.ts';

/** A session with the secret that opened it. */
type Held = Session & { readonly token: string; readonly viaCookie: boolean };

/**
 * Ends the calling session.
 * @param originToken what a browser keeps of the session that it switched from: who logs out leaves nothing open behind
 */
export async function endThisSession(cause: Cause, session: Session, originToken = ''): Promise<void> {
  await changeUser(cause, gone(session), async (c) => {
    await endOrigin(c.db, session, originToken);
    await endOneSession(c.db, session, session.sessionId);
  });
}

/**
 * Ends one of the caller's own sessions.
 * @throws Failure COM0404, AUM0015 when a borrowed session names another than itself
 */
export async function endOwnSession(cause: Cause, session: Session, sessionId: string): Promise<void> {
  // SECURITY: what somebody borrowed, by an AuthKey or a switch, touches only itself: the owner's sessions go on.
  if (sessionId !== session.sessionId && !isPerson(session)) throw new Failure('AUM0015');
  await changeUser(cause, gone(session), async (c) => {
    if (!(await endOneSession(c.db, session, sessionId))) throw new Failure('COM0404');
    describe(c, { target: `session:${sessionId}` });
  });
}

/** Ends all of the caller's sessions but the excepted one; returns how many. */
export async function endOwnSessions(cause: Cause, session: Session, exceptId = ''): Promise<number> {
  return await changeUser(cause, gone(session), async (c) => {
    const sessions = await endUserSessions(c.db, c.now, session, exceptId);
    count(c, { sessions });
    return sessions;
  });
}

/**
 * Replaces the calling session's token.
 * @param life that is wished for; milliseconds
 * @throws Failure AUM0015 for a session in a cookie, AUM0001
 */
export async function replaceToken(cause: Cause, session: Held, life: number): Promise<string> {
  // SECURITY: a page must never come to hold a token of its own cookie session (R54).
  if (session.viaCookie) throw new Failure('AUM0015');
  // A switched session is never prolonged (R64); the others end 48 hours after their sign-in (R53).
  const latest = session.originPrincipal ? session.expiresAt : session.provedAt + limits.session.apiMaxLife;
  return await changeUser(cause, gone(session), async (c) => {
    return await renewToken(c, session, session.token, { expiresAt: Math.min(c.now + life, latest) });
  });
}

/** A user that is gone has no session any more. */
function gone({ operatorId, userId }: Session) {
  return { operatorId, userId, otherwise: 'AUM0001' } as const;
}
