import type { FactorKind } from '@warifu/contract';
import type { Cause } from '../change/cause.ts';
import { changeUser, describe, type Refused, refuse } from '../change/change.ts';
import { kindsOf } from '../factors/factors.ts';
import type { SentProof } from '../factors/kind.ts';
import { needsFactor } from '../factors/prove.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { beginPending, endPending, findPending, giveTryBack, takeTry } from '../sessions/pending.ts';
import type { Identifier } from '../users/accounts.ts';
import { provePassword } from '../users/password.ts';
import { openSession, proofsBeside, signsIn, takeTurn, tellAfterFailures } from './sign-in.ts';

/** Either a session for the cookie, or a pending sign-in that still lacks its code. */
export type ConsoleSignIn =
  | ({ readonly next: 'DONE' } & ConsoleSession)
  | { readonly next: 'MFA'; readonly pendingToken: string; readonly factors: readonly FactorKind[] };

/** What the browser gets: the session's secret, and what it is known by from now on. */
export type ConsoleSession = { readonly token: string; readonly devices: readonly string[] };
/** What a person typed, and what its browser is known by. */
export type ConsoleRequest = { readonly password: string; readonly devices: readonly string[] };

export const consoleSession = { kind: 'console' as const, life: limits.session.consoleLife };

/**
 * The first step of the console's sign-in.
 * @throws Failure AUM0002
 */
export async function beginConsoleSignIn(cause: Cause, identifier: Identifier, request: ConsoleRequest) {
  return await takeTurn(cause, identifier, () => beginOnce(cause, identifier, request));
}

async function beginOnce(cause: Cause, identifier: Identifier, request: ConsoleRequest): Promise<ConsoleSignIn> {
  const { password, devices: held } = request;
  const proof = await provePassword(cause, identifier, password);
  return await changeUser(cause, proof.who, async (c): Promise<ConsoleSignIn> => {
    signsIn(c);
    tellAfterFailures(c, proof.failuresBefore);
    if (needsFactor(c)) {
      describe(c, { outcome: 'refused', reason: 'code needed' });
      return { next: 'MFA', pendingToken: await beginPending(c), factors: await kindsOf(c.db, c.user) };
    }
    const { token, devices } = await openSession(
      c,
      { ...consoleSession, proofs: [{ method: 'pwd', at: c.now }] },
      held,
    );
    return { next: 'DONE', token, devices };
  });
}

/**
 * The second step: the factor. A pending sign-in is good for this alone, for 5 minutes, 5 codes and one success (R14).
 * @throws Failure MFA0002 for a wrong code, AUM0018 when the pending sign-in is over
 */
export async function finishConsoleSignIn(
  cause: Cause,
  pendingToken: string,
  { factor, devices: held }: { readonly factor: SentProof; readonly devices: readonly string[] },
): Promise<ConsoleSession> {
  const pending = await findPending(cause.ctx, pendingToken);
  if (!pending) throw new Failure('AUM0018');
  const { operator_id: operatorId, user_id: userId, credential_version: version } = pending;
  const who = { operatorId, userId, version, otherwise: 'AUM0018' } as const;
  return await changeUser(cause, who, async (c): Promise<ConsoleSession | Refused> => {
    signsIn(c);
    if (!(await takeTry(c, pending))) return refuse('AUM0018', 'pending sign-in is over', 'refused');
    // SECURITY: MFA that went off since then voided the pending sign-in: the version of its credentials is another one.
    const proofs = await proofsBeside(c, { ...factor, askedFor: pending.pending_id });
    if ('refused' in proofs) {
      if (proofs.outcome === 'refused') await giveTryBack(c, pending);
      return proofs;
    }
    await endPending(c.db, pending);
    const { token, devices } = await openSession(c, { ...consoleSession, proofs }, held);
    return { token, devices };
  });
}
