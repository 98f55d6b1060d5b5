import {
  auth,
  type BodyOf,
  beginPasskeySignIn as beginPasskeySignInEndpoint,
  disownSignIn as disownSignInEndpoint,
  getOverview,
  getSession,
  listSignIns,
  listUserSignIns,
  nextKeyHeader,
  principalOf,
  type QueryOf,
  setLanguage as setLanguageEndpoint,
  signIn,
  signInWithPasskey as signInWithPasskeyEndpoint,
  stepUp,
  switchBack as switchBackEndpoint,
  switchConsoleUser,
  switchUser as switchUserEndpoint,
  verifySignIn,
} from '@warifu/contract';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isInQuarantine } from '../authorize/quarantine.ts';
import type { Cause } from '../change/cause.ts';
import { rootId } from '../db/schema.ts';
import { kindsOf } from '../factors/factors.ts';
import { describeMfa } from '../factors/status.ts';
import { Failure } from '../failure.ts';
import { csrfTokenOf } from '../http/browser.ts';
import {
  clearPendingCookie,
  readDeviceCookie,
  readOriginCookie,
  readPasskeyCookie,
  readPendingCookie,
  setDeviceCookie,
  setPasskeyCookie,
  setPendingCookie,
  setSessionCookie,
  setSwitchedCookie,
} from '../http/cookies.ts';
import { anyone, type Caller, permitted, signedIn } from '../http/guards.ts';
import { handle, sendReceipt } from '../http/handle.ts';
import { limits } from '../limits.ts';
import { findOperator } from '../operators/operators.ts';
import { recentOverride } from '../recovery/cases.ts';
import { bindingRequirement } from '../sessions/required.ts';
import { type Identifier, setLanguage } from '../users/accounts.ts';
import { samUserOf } from '../users/users.ts';
import { signInWithAuthKey } from './auth-key-sign-in.ts';
import { beginConsoleSignIn, finishConsoleSignIn } from './console-sign-in.ts';
import { disownSignIn } from './disown.ts';
import { listSignInsOf } from './history.ts';
import { overviewOf } from './overview.ts';
import { beginPasskeySignIn, challengePending, signInWithPasskey } from './passkey-sign-in.ts';
import { type SignedIn, signInProgram } from './sign-in.ts';
import { stepUpSession } from './step-up.ts';
import { switchBack, switchUser } from './switch-user.ts';

/** Signing in, step-up, password reset, and who is signed in. */
export function registerSignInRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, auth, anyone, async ({ cause, body }) => {
    const life = (body.tokenTimeoutSeconds ?? limits.session.apiDefaultSeconds) * 1000;
    return authReply(await signInWith(cause, body, life));
  });

  handle(app, switchUserEndpoint, signedIn, async ({ caller, cause, body }) => {
    const { operatorId = '', userName = '', tokenTimeoutSeconds = limits.session.switchDefaultSeconds } = body;
    const request = { operatorId, userName, life: tokenTimeoutSeconds * 1000, kind: 'api' } as const;
    return authReply(await switchUser(cause, caller, request));
  });

  handle(app, signIn, anyone, async ({ cause, body, request, reply }) => {
    const identifier = identifierOf(body);
    if (!identifier) throw new Failure('AUM0002');
    const devices = readDeviceCookie(request);
    const result = await beginConsoleSignIn(cause, identifier, { password: body.password, devices });
    if (result.next === 'DONE') enter(reply, result);
    else setPendingCookie(reply, result.pendingToken);
    return { next: result.next, ...(result.next === 'MFA' && { factors: [...result.factors] }) };
  });

  handle(app, verifySignIn, anyone, async ({ cause, body, request, reply }) => {
    try {
      const proof = { factor: body, devices: readDeviceCookie(request) };
      enter(reply, await finishConsoleSignIn(cause, readPendingCookie(request) ?? '', proof));
      return { next: 'DONE' as const };
    } catch (error) {
      if (error instanceof Failure && error.code === 'AUM0018') clearPendingCookie(reply);
      throw error;
    }
  });

  handle(app, beginPasskeySignInEndpoint, anyone, async ({ cause, body, request, reply }) => {
    if (body.pending) return { options: await challengePending(cause, readPendingCookie(request) ?? '') };
    const { secret, options } = await beginPasskeySignIn(cause);
    setPasskeyCookie(reply, secret);
    return { options };
  });

  handle(app, signInWithPasskeyEndpoint, anyone, async ({ cause, body, request, reply }) => {
    const proof = { passkey: body.passkey, devices: readDeviceCookie(request) };
    enter(reply, await signInWithPasskey(cause, readPasskeyCookie(request) ?? '', proof));
    return { next: 'DONE' as const };
  });

  handle(app, stepUp, signedIn, async ({ caller, cause, body, reply }) => {
    const token = await stepUpSession(cause, caller, caller.token, { password: body.password, factor: body });
    const provedUntil = ctx.now() + limits.stepUp;
    if (!caller.viaCookie) return { token, provedUntil };
    setSessionCookie(reply, token);
    return { provedUntil };
  });

  registerConsoleRoutes(app);
  registerHistoryRoutes(app);
}

function originOf(srn: string) {
  const { operatorId, userName } = principalOf(srn);
  return userName === '' ? { operatorId } : { operatorId, userName };
}

function registerHistoryRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, listSignIns, signedIn, async ({ caller, query, reply }) => {
    return historyReply(reply, await listSignInsOf(ctx, caller, pageOf(query)), caller);
  });

  handle(app, listUserSignIns, permitted('operator_id'), async ({ caller, params, query, reply }) => {
    const user = await samUserOf(ctx.db, params);
    return historyReply(reply, await listSignInsOf(ctx, user, pageOf(query)), caller);
  });

  handle(app, getOverview, signedIn, async ({ caller }) => {
    const { signIns, operator, authKeys, resets } = await overviewOf(ctx, caller);
    return {
      authKeys,
      ...(resets && { resets }),
      ...(signIns && { signIns: signIns.map((signIn) => signInReply(signIn, caller)) }),
      ...(operator && { operator }),
    };
  });

  handle(app, disownSignInEndpoint, signedIn, async ({ caller, cause, body, reply }) => {
    sendReceipt(reply, await disownSignIn(cause, caller, { ...body, factor: body }));
    return undefined;
  });
}

function pageOf({ limit = 50, last_evaluated_key: before }: QueryOf<typeof listSignIns>) {
  return { limit, before };
}

type SignIns = Awaited<ReturnType<typeof listSignInsOf>>;

function historyReply(reply: FastifyReply, { signIns, nextKey }: SignIns, caller: Caller) {
  if (nextKey) reply.header(nextKeyHeader, nextKey);
  return signIns.map((signIn) => signInReply(signIn, caller));
}

function signInReply({ sessionId, ...signIn }: SignIns['signIns'][number], caller: Caller) {
  return { ...signIn, current: sessionId === caller.sessionId };
}

function enter(reply: FastifyReply, { token, devices }: { token: string; devices: readonly string[] }): void {
  setSessionCookie(reply, token);
  setDeviceCookie(reply, devices);
}

function registerConsoleRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getSession, signedIn, async ({ caller }) => {
    if (!caller.viaCookie) throw new Failure('AUM0001');
    const operator = await findOperator(ctx.db, caller.operatorId);
    const root = caller.userId === rootId;
    const hostOverrideAt = root ? await recentOverride(ctx, caller.operatorId) : undefined;
    const requirement = caller.mfaActive ? undefined : await bindingRequirement(ctx.db, caller);
    return {
      operatorId: caller.operatorId,
      ...(root ? { email: operator?.email ?? '' } : { userName: caller.userName }),
      isRoot: root,
      sessionId: caller.sessionId,
      csrfToken: csrfTokenOf(ctx, caller.sessionId),
      language: caller.language,
      factors: await kindsOf(ctx.db, caller),
      mfaStatus: (await describeMfa(ctx, caller.operatorId, caller.userId)).status,
      authMethod: caller.authMethod,
      ...(caller.originPrincipal !== undefined && { switchedFrom: originOf(caller.originPrincipal) }),
      expiresAt: caller.expiresAt,
      idleSeconds: limits.session.consoleIdle / 1000,
      serverTime: ctx.now(),
      timeZone: ctx.config.timeZone,
      mailPreview: ctx.config.mailPreview,
      sandbox: ctx.config.sandbox,
      ...(hostOverrideAt !== undefined && { hostOverrideAt }),
      ...(requirement && { mfaRequirement: requirement }),
      ...(isInQuarantine(caller, ctx.now()) && { quarantinedUntil: caller.quarantinedUntil }),
    };
  });

  handle(app, switchConsoleUser, signedIn, async ({ caller, cause, body, reply }) => {
    if (!caller.viaCookie) throw new Failure('AUM0001');
    const { operatorId = caller.operatorId, userName } = body;
    const life = limits.session.switchDefaultSeconds * 1000;
    const { token } = await switchUser(cause, caller, { operatorId, userName, life, kind: 'console' });
    setSwitchedCookie(reply, token, caller.token);
    return undefined;
  });

  handle(app, switchBackEndpoint, signedIn, async ({ caller, cause, request, reply }) => {
    if (!caller.viaCookie) throw new Failure('AUM0001');
    setSessionCookie(reply, await switchBack(cause, caller, readOriginCookie(request) ?? ''));
    return undefined;
  });

  handle(app, setLanguageEndpoint, signedIn, async ({ caller, cause, body }) => {
    await setLanguage(cause, caller, body.language);
    return undefined;
  });
}

type Credentials = Pick<
  BodyOf<typeof auth>,
  'email' | 'operatorId' | 'userName' | 'authKeyId' | 'authKey' | 'password'
>;

/** Signs in with the one credential set that was sent; none or several are as wrong as a wrong password. */
async function signInWith(cause: Cause, body: BodyOf<typeof auth>, life: number): Promise<SignedIn> {
  const { authKeyId, authKey, password } = body;
  if (authKeyId !== undefined && authKey !== undefined && isAuthKeyOnly(body)) {
    return await signInWithAuthKey(cause, { authKeyId, authKey, life });
  }
  const identifier = identifierOf(body);
  if (!identifier || password === undefined) throw new Failure('AUM0002');
  return await signInProgram(cause, { identifier, password, factor: body, life });
}

function authReply({ userName, ...rest }: SignedIn) {
  return userName === '' ? rest : { ...rest, userName };
}

function isAuthKeyOnly({ email, operatorId, userName, password }: Credentials): boolean {
  return [email, operatorId, userName, password].every((value) => value === undefined);
}

/** How the account is named; undefined when it is not exactly one way. */
function identifierOf(body: Credentials): Identifier | undefined {
  const { email, operatorId, userName, authKeyId, authKey } = body;
  if (authKeyId !== undefined || authKey !== undefined) return undefined;
  if (email !== undefined) return operatorId === undefined && userName === undefined ? { email } : undefined;
  return operatorId !== undefined && userName !== undefined ? { operatorId, userName } : undefined;
}
