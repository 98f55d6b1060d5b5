import { srnOf } from '@warifu/contract';
import { by } from '../audit/actor.ts';
import { isInQuarantine, quarantineFailure } from '../authorize/quarantine.ts';
import { enrolmentFailure } from '../authorize/requirement.ts';
import { mustEnrolFirst } from '../authorize/verdict.ts';
import type { Cause } from '../change/cause.ts';
import { alsoRecord, change, changeUser, describe, type Refused, refuse, type UserChange } from '../change/change.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { lockSession, type Session } from '../sessions/live.ts';
import { createSession, endOneSession, originOf, renewToken } from '../sessions/sessions.ts';
import { findAccount } from '../users/accounts.ts';
import type { SignedIn } from './sign-in.ts';
import { isTrusted, principalOf } from './trust.ts';

export type SwitchRequest = {
  readonly operatorId: string;
  readonly userName: string;
  /** Milliseconds. */
  readonly life: number;
  readonly kind: 'console' | 'api';
};

/**
 * Continues as a SAM user whose trust policy names the caller exactly (R64). The new session lives no longer than the
 * caller's and cannot switch again. Nobody becomes a root user or itself.
 *
 * SECURITY: trust is read under the lock of the target, so that a session is either refused or found by whoever takes
 * the trust away; the caller's own session is held, so that nothing is opened from one that ends at this instant.
 * @throws Failure AUM0025, whatever is in the way
 */
export async function switchUser(cause: Cause, session: Session, request: SwitchRequest): Promise<SignedIn> {
  const target = await findAccount(cause.ctx.db, request);
  if (!target) return await change<never>(cause, session.operatorId, async () => notTrusted());
  const { operatorId, userId } = target;
  return await changeUser(
    cause,
    { operatorId, userId, otherwise: 'AUM0025' },
    async (c): Promise<SignedIn | Refused> => {
      const caller = await lockSession(c, session);
      if (!caller) throw new Failure('AUM0001');
      if (mustEnrolFirst(caller, c.now)) throw await enrolmentFailure(c.db, caller);
      if (isInQuarantine(caller, c.now)) throw quarantineFailure(caller);
      const itself = operatorId === caller.operatorId && userId === caller.userId;
      const possible = !itself && userId !== rootId && caller.originPrincipal === undefined;
      return possible && (await isTrusted(c, caller)) ? await enter(c, caller, request) : notTrusted();
    },
  );
}

async function enter(c: UserChange, caller: Session, { life, kind }: SwitchRequest): Promise<SignedIn> {
  const { operatorId, userId, userName } = c.user;
  const principal = principalOf(caller);
  const { sessionId, apiKey, token } = await createSession(c, {
    operatorId,
    userId,
    userName,
    kind,
    proofs: [{ method: 'switchUser', at: c.now }],
    life: Math.min(life, caller.expiresAt - c.now),
    origin: { operatorId: caller.operatorId, sessionId: caller.sessionId, principal },
  });
  recordBoth(c, caller, sessionId);
  return { operatorId, userName, apiKey, token };
}

/**
 * Ends a switched session of the console and gives the one that it came from a new secret, which goes back into the
 * cookie.
 *
 * SECURITY: the browser shows the secret of that session, which only the browser that switched has: a switched session
 * alone, stolen or borrowed, never becomes its origin. Each of both is taken by one conditional statement, so of two
 * that go back one does (I1).
 * @throws Failure COM0404 for a session that nobody switched to, AUM0001 when its origin is not this browser's
 */
export async function switchBack(cause: Cause, session: Session, originToken: string): Promise<string> {
  const { operatorId, userId } = session;
  return await changeUser(cause, { operatorId, userId, otherwise: 'AUM0001' }, async (c) => {
    const origin = await originOf(c.db, session);
    if (!origin) throw new Failure('COM0404');
    const live = await lockSession(c, origin);
    if (!live) throw new Failure('AUM0001');
    const token = await renewToken(c, live, originToken, {});
    if (!(await endOneSession(c.db, session, session.sessionId))) throw new Failure('AUM0001');
    describe(c, { target: principalOf(live), detail: { session: live.sessionId } });
    return token;
  });
}

/** Both names are kept: in the chain of the operator that was entered and, when it is another, of the caller's. */
function recordBoth(c: UserChange, caller: Session, sessionId: string): void {
  const { operatorId, userName } = c.user;
  const target = srnOf(operatorId, userName);
  const detail = { session: sessionId };
  describe(c, { operatorId, userName, actor: principalOf(caller), target, detail });
  if (caller.operatorId === operatorId) return;
  alsoRecord(c, { ...by(caller), target, outcome: 'success', statusCode: c.cause.status, detail });
}

function notTrusted(): Refused {
  return refuse('AUM0025', 'not trusted', 'refused');
}
