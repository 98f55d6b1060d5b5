import { accountKey } from '@warifu/contract';
import { assertNoStorm } from '../attempts/admission.ts';
import { isKnownSource, rememberSource } from '../attempts/attempts.ts';
import { sourceNetwork } from '../attempts/source.ts';
import { inTurn } from '../attempts/turns.ts';
import { takeFromWindow } from '../attempts/windows.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, describe, nameOf, notify, type Refused, type UserChange } from '../change/change.ts';
import type { SentProof } from '../factors/kind.ts';
import { kindOf, missingFactor, needsFactor, proveFactor } from '../factors/prove.ts';
import { limits } from '../limits.ts';
import { meetDevice } from '../sessions/devices.ts';
import { awaitCode, endAwaitedCode, tellOfFailedCode } from '../sessions/pending.ts';
import { authMethodOf, type Proof } from '../sessions/proofs.ts';
import { createSession, type NewSession } from '../sessions/sessions.ts';
import { type Identifier, stampSignIn } from '../users/accounts.ts';
import { provePassword } from '../users/password.ts';

export type SignedIn = {
  readonly operatorId: string;
  readonly userName: string;
  readonly apiKey: string;
  readonly token: string;
};

export type SignInRequest = {
  readonly identifier: Identifier;
  readonly password: string;
  readonly factor: SentProof;
  /** Life of the session in milliseconds. */
  readonly life: number;
};

/**
 * Signs a program in with a password and, when MFA is active, a code.
 * @throws Failure AUM0002 for everything that is wrong before the code; MFA0001 no code, MFA0002 wrong or used code
 */
export async function signInProgram(cause: Cause, request: SignInRequest): Promise<SignedIn> {
  return await takeTurn(cause, request.identifier, () => signInOnce(cause, request));
}

/**
 * Attempts on one account from one source take turns; those of a source that sent too many get none.
 * @throws Failure COM0429, COM0503
 */
export async function takeTurn<T>({ ctx, info }: Cause, identifier: Identifier, work: () => Promise<T>): Promise<T> {
  const network = sourceNetwork(info.sourceIp);
  assertNoStorm(ctx, network);
  const name = 'email' in identifier ? identifier.email : `${identifier.operatorId}/${accountKey(identifier.userName)}`;
  return await inTurn(`${name.normalize('NFKC').trim().toLowerCase()} ${network}`, work);
}

async function signInOnce(cause: Cause, { identifier, password, factor, life }: SignInRequest): Promise<SignedIn> {
  const proof = await provePassword(cause, identifier, password);
  return await changeUser(cause, proof.who, async (c): Promise<SignedIn | Refused> => {
    signsIn(c);
    tellAfterFailures(c, proof.failuresBefore);
    if (needsFactor(c) && !kindOf(factor)) await awaitCode(c);
    const proofs = await proofsBeside(c, factor);
    if ('refused' in proofs) return proofs;
    const { apiKey, token } = await openSession(c, { kind: 'api', life, proofs });
    return { operatorId: c.user.operatorId, userName: c.user.userName, apiKey, token };
  });
}

/** The record of a sign-in says that the user did it itself. */
export function signsIn(c: UserChange): void {
  const { userName } = c.user;
  describe(c, { userName, actor: nameOf(userName), target: '' });
}

/** After many wrong passwords the owner is told of the right one (R16). */
export function tellAfterFailures(c: UserChange, failuresBefore: number): void {
  if (failuresBefore < limits.login.noticeAfterFailures) return;
  notify(c, 'sign_in_after_failures', { userName: c.user.userName });
}

/**
 * What a sign-in is proved with once the password was right: the password, and a factor when MFA is active. A wrong proof
 * is counted, and told to the owner: somebody knows the password (R16).
 * @returns the proofs, or the refusal, to be returned from the work of the change so that the count stays. Its outcome is
 *   `refused` when the proof was not looked at.
 */
export async function proofsBeside(c: UserChange, sent: SentProof): Promise<readonly Proof[] | Refused> {
  const password = { method: 'pwd', at: c.now } as const;
  if (!needsFactor(c)) return [password];
  if (!kindOf(sent)) return await missingFactor(c);
  const factor = await proveFactor(c, sent, 'MFA0002');
  if (!('refused' in factor)) return [password, factor];
  await tellOfFailedCode(c, c.user);
  return factor;
}

type Opened = Pick<NewSession, 'kind' | 'life' | 'proofs'>;

/**
 * Opens the session that a sign-in earned, with its notices.
 * @param held what the browser is known by; undefined for a program, which has nothing of that kind
 */
export async function openSession(c: UserChange, session: Opened, held?: readonly string[]) {
  const { operatorId, userId, userName } = c.user;
  const created = await createSession(c, { operatorId, userId, userName, ...session });
  await endAwaitedCode(c);
  const device = held && (await meetDevice(c, held));
  await tellOfNewPlace(c, device?.known === false);
  await rememberSource(c.db, c.user, c.cause.info.sourceIp, c.now);
  await stampSignIn(c);
  const newDevice = device?.known === false && { newDevice: true };
  describe(c, { detail: { session: created.sessionId, method: authMethodOf(session.proofs), ...newDevice } });
  return { ...created, devices: device?.secrets ?? [] };
}

/** Tells the owner of a sign-in from a browser or an address that the account does not know (R16). */
async function tellOfNewPlace(c: UserChange, newDevice: boolean): Promise<void> {
  const { userName, row } = c.user;
  // The very first sign-in is from a new place by nature; a mail about it would only teach people to ignore them.
  if (row.last_sign_in_at === null) return;
  const known = await isKnownSource(c.db, c.user, sourceNetwork(c.cause.info.sourceIp), c.now);
  if (known && !newDevice) return;
  if (userName !== '' && !(await takeNotice(c))) return;
  notify(c, newDevice ? 'sign_in_new_device' : 'sign_in_new_source', { userName });
}

/**
 * SAM users have no address: the root user is told, and one who clears the cookies every day must not fill its mailbox.
 * What is not mailed is in the login history. Each user has a window of its own: nobody can use up another's.
 */
async function takeNotice({ db, now, user }: UserChange): Promise<boolean> {
  const key = `${user.operatorId}/${user.userId}`;
  return await takeFromWindow(db, { scope: 'notice.sam_place', key, limit: 1, length: limits.signIns.samNotices }, now);
}
