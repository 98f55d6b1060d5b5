import {
  auth,
  type BodyOf,
  getSession,
  setLanguage as setLanguageEndpoint,
  signIn,
  stepUp,
  switchUser as switchUserEndpoint,
  verifySignIn,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import type { Cause } from '../change/cause.ts';
import { rootId } from '../db/schema.ts';
import { findFactor, isLapsed } from '../factors/lifecycle.ts';
import { Failure } from '../failure.ts';
import { csrfTokenOf } from '../http/browser.ts';
import { clearPendingCookie, readPendingCookie, setPendingCookie, setSessionCookie } from '../http/cookies.ts';
import { anyone, signedIn } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { limits } from '../limits.ts';
import { findOperator } from '../operators/operators.ts';
import { recentOverride } from '../recovery/cases.ts';
import { type Identifier, setLanguage } from '../users/accounts.ts';
import { signInWithAuthKey } from './auth-key-sign-in.ts';
import { beginConsoleSignIn, finishConsoleSignIn } from './console-sign-in.ts';
import { type SignedIn, signInProgram } from './sign-in.ts';
import { stepUpSession } from './step-up.ts';
import { switchUser } from './switch-user.ts';

/** Signing in, step-up, password reset, and who is signed in. */
export function registerSignInRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, auth, anyone, async ({ cause, body }) => {
    const life = (body.tokenTimeoutSeconds ?? limits.session.apiDefaultSeconds) * 1000;
    return authReply(await signInWith(cause, body, life));
  });

  handle(app, switchUserEndpoint, signedIn, async ({ caller, cause, body }) => {
    const { operatorId = '', userName = '', tokenTimeoutSeconds = limits.session.switchDefaultSeconds } = body;
    return authReply(await switchUser(cause, caller, { operatorId, userName, life: tokenTimeoutSeconds * 1000 }));
  });

  handle(app, signIn, anyone, async ({ cause, body, reply }) => {
    const identifier = identifierOf(body);
    if (!identifier) throw new Failure('AUM0002');
    const result = await beginConsoleSignIn(cause, identifier, body.password);
    if (result.next === 'DONE') setSessionCookie(reply, result.token);
    else setPendingCookie(reply, result.pendingToken);
    return { next: result.next };
  });

  handle(app, verifySignIn, anyone, async ({ cause, body, request, reply }) => {
    try {
      const token = await finishConsoleSignIn(cause, readPendingCookie(request) ?? '', body.mfaOTPCode);
      setSessionCookie(reply, token);
      return { next: 'DONE' as const };
    } catch (error) {
      if (error instanceof Failure && error.code === 'AUM0018') clearPendingCookie(reply);
      throw error;
    }
  });

  handle(app, stepUp, signedIn, async ({ caller, cause, body, reply }) => {
    const proof = { password: body.password, otp: body.mfaOTPCode || undefined };
    const token = await stepUpSession(cause, caller, caller.token, proof);
    const provedUntil = ctx.now() + limits.stepUp;
    if (!caller.viaCookie) return { token, provedUntil };
    setSessionCookie(reply, token);
    return { provedUntil };
  });

  registerConsoleRoutes(app);
}

function registerConsoleRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, getSession, signedIn, async ({ caller }) => {
    if (!caller.viaCookie) throw new Failure('AUM0001');
    const operator = await findOperator(ctx.db, caller.operatorId);
    const factor = await findFactor(ctx.db, caller.operatorId, caller.userId);
    const root = caller.userId === rootId;
    const hostOverrideAt = root ? await recentOverride(ctx, caller.operatorId) : undefined;
    return {
      operatorId: caller.operatorId,
      ...(root ? { email: operator?.email ?? '' } : { userName: caller.userName }),
      isRoot: root,
      sessionId: caller.sessionId,
      csrfToken: csrfTokenOf(ctx, caller.sessionId),
      language: caller.language,
      mfaStatus: factor && !isLapsed(factor, ctx.now()) ? factor.status : 'INACTIVE',
      authMethod: caller.authMethod,
      expiresAt: caller.expiresAt,
      idleSeconds: limits.session.consoleIdle / 1000,
      serverTime: ctx.now(),
      timeZone: ctx.config.timeZone,
      mailPreview: ctx.config.smtpUrl === undefined,
      sandbox: ctx.config.sandbox,
      ...(hostOverrideAt !== undefined && { hostOverrideAt }),
    };
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
  return await signInProgram(cause, { identifier, password, otp: body.mfaOTPCode || undefined, life });
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
