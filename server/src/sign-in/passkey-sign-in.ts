import { assertNoStorm } from '../attempts/admission.ts';
import { sourceNetwork } from '../attempts/source.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { change, changeUser, type Refused, refuse } from '../change/change.ts';
import { hashSecret, newSecret } from '../crypto/tokens.ts';
import { type Ceremony, dropChallenge, isChallengeLive, newChallenge } from '../factors/challenges.ts';
import { askForPasskey, ownerOfPasskey, spendAnswer } from '../factors/passkey.ts';
import { type Answer, challengeIn, relyingParty } from '../factors/webauthn.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { findPending } from '../sessions/pending.ts';
import { type ConsoleSession, consoleSession } from './console-sign-in.ts';
import { openSession, signsIn } from './sign-in.ts';

const { challengeLife, beginsPerSource, beginsWindow } = limits.passkeys;

/**
 * Asks for any passkey of this site: its device knows whose it is, and nobody has to say who it is before (R36).
 * @returns what the browser is asked, and the secret of the cookie that the challenge is bound to
 * @throws Failure COM0429 when the source began too many
 */
export async function beginPasskeySignIn({ ctx, info }: Cause) {
  const key = sourceNetwork(info.sourceIp);
  assertNoStorm(ctx, key);
  const window = { scope: 'passkey.begin', key, limit: beginsPerSource, length: beginsWindow };
  if (!(await takeFromWindow(ctx.db, window, ctx.now()))) throw new Failure('COM0429', {}, beginsWindow / 1000);
  const secret = newSecret();
  const bound = { ceremony: 'sign_in', bound_to: hashSecret(secret) } as const;
  const challenge = await newChallenge(ctx.db, ctx.now(), bound);
  const options = { challenge, timeout: challengeLife, rpId: relyingParty(ctx).rpId };
  return { secret, options: { ...options, userVerification: 'required' as const } };
}

/**
 * Asks for one of the passkeys of whoever's password was right.
 * @throws Failure AUM0018 when the pending sign-in is over
 */
export async function challengePending(cause: Cause, pendingToken: string) {
  const pending = await findPending(cause.ctx, pendingToken);
  if (!pending) throw new Failure('AUM0018');
  const { operator_id: operatorId, user_id: userId, credential_version: version } = pending;
  const who = { operatorId, userId, version, otherwise: 'AUM0018' } as const;
  return await changeUser(cause, who, async (c) => {
    signsIn(c);
    return await askForPasskey(c, pending.pending_id);
  });
}

/**
 * Signs in to the console with a passkey alone: key and PIN or fingerprint are two factors (R34).
 *
 * SECURITY: whoever has no password, or whose account was locked, has no sign-in of its own; a passkey is none beside it.
 * One answer for all that may be wrong (R36).
 * @param secret of the cookie that came with the challenge
 * @throws Failure MFA0013
 */
export async function signInWithPasskey(
  cause: Cause,
  secret: string,
  { passkey, devices: held }: { readonly passkey: Answer; readonly devices: readonly string[] },
): Promise<ConsoleSession> {
  const { ctx, info } = cause;
  assertNoStorm(ctx, sourceNetwork(info.sourceIp));
  const bound = { ceremony: 'sign_in', bound_to: hashSecret(secret) } as const;
  const challenge = challengeIn(passkey.response.clientDataJSON);
  // SECURITY: an answer to nothing that was asked is not looked at. With a record for each, anybody would fill the disk.
  if (!(await isChallengeLive(ctx, noOperator, bound, challenge))) throw new Failure('MFA0013');
  const owner = await ownerOfPasskey(ctx.db, passkey.id);
  if (!owner) return await refuseUnknown(cause, bound);
  return await changeUser(cause, { ...owner, otherwise: 'MFA0013' }, async (c): Promise<ConsoleSession | Refused> => {
    signsIn(c);
    const proof = await spendAnswer(c, bound, passkey);
    if (typeof proof === 'string')
      return refuse('MFA0013', 'wrong passkey', proof === 'refused' ? 'refused' : 'failure');
    if (!proof.verified) return refuse('MFA0013', 'user not verified');
    const { password_hash: password, locked_at: lockedAt } = c.user.row;
    if (password === null || lockedAt !== null) return refuse('MFA0013', 'no sign-in', 'refused');
    const { token, devices } = await openSession(c, { ...consoleSession, proofs: [proof] }, held);
    return { token, devices };
  });
}

/** It uses the challenge up, as every answer does, so there are as many records as were asked for. */
async function refuseUnknown(cause: Cause, bound: Ceremony): Promise<never> {
  return await change<never>(cause, noOperator, async (c) => {
    await dropChallenge(c.db, noOperator, bound);
    return refuse('MFA0013', 'unknown passkey');
  });
}
