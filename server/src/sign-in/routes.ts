import {
  auth,
  type BodyOf,
  endOtherSessions,
  endSession,
  generateAuthToken,
  getSession,
  listSessions,
  logout,
  revokeOperatorAuthTokens,
  setLanguage,
  signIn,
  stepUp,
  switchUser as switchUserEndpoint,
  verifySignIn,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { transaction } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { findFactor, isLapsed } from '../factors/lifecycle.ts';
import { Failure } from '../failure.ts';
import { csrfTokenOf } from '../http/browser.ts';
import {
  clearPendingCookie,
  clearSessionCookie,
  readPendingCookie,
  setPendingCookie,
  setSessionCookie,
} from '../http/cookies.ts';
import { anyone, permitted, rootOf, signedIn } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { limits } from '../limits.ts';
import { findOperator } from '../operators/operators.ts';
import { recentOverride } from '../recovery/cases.ts';
import { endOneSession, endUserSessions, listUserSessions, renewToken } from '../sessions/sessions.ts';
import type { Identifier } from '../users/accounts.ts';
import { signInWithAuthKey } from './auth-key-sign-in.ts';
import { beginConsoleSignIn, finishConsoleSignIn } from './console-sign-in.ts';
import { type SignedIn, signInProgram } from './sign-in.ts';
import { stepUpSession } from './step-up.ts';
import { switchUser } from './switch-user.ts';

/** Signing in and out, sessions, step-up, password reset. */
export function registerSignInRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, auth, anyone, async ({ info, body }) => {
    const life = (body.tokenTimeoutSeconds ?? limits.session.apiDefaultSeconds) * 1000;
    return authReply(await signInWith(ctx, info, body, life));
  });

  handle(app, switchUserEndpoint, signedIn, async ({ caller, info, body }) => {
    const { operatorId = '', userName = '', tokenTimeoutSeconds = limits.session.switchDefaultSeconds } = body;
    return authReply(await switchUser(ctx, info, caller, { operatorId, userName, life: tokenTimeoutSeconds * 1000 }));
  });

  handle(app, signIn, anyone, async ({ info, body, reply }) => {
    const identifier = identifierOf(body);
    if (!identifier) throw new Failure('AUM0002');
    const result = await beginConsoleSignIn(ctx, info, identifier, body.password);
    if (result.next === 'DONE') setSessionCookie(reply, result.token);
    else setPendingCookie(reply, result.pendingToken);
    return { next: result.next };
  });

  handle(app, verifySignIn, anyone, async ({ info, body, request, reply }) => {
    try {
      const token = await finishConsoleSignIn(ctx, info, readPendingCookie(request) ?? '', body.mfaOTPCode);
      setSessionCookie(reply, token);
      return { next: 'DONE' as const };
    } catch (error) {
      if (error instanceof Failure && error.code === 'AUM0018') clearPendingCookie(reply);
      throw error;
    }
  });

  handle(app, logout, signedIn, async ({ caller, info, reply }) => {
    await transaction(ctx.db, async (db) => {
      await endOneSession(db, caller);
      await record(db, ctx.now(), info, { ...by(caller), outcome: 'success', statusCode: 204 });
    });
    if (!caller.viaCookie) return undefined;
    clearSessionCookie(reply);
    // Not "cookies": that would sign the person out of every other site of the same domain.
    reply.header('clear-site-data', '"cache", "storage"');
    return undefined;
  });

  handle(app, stepUp, signedIn, async ({ caller, cause, body, reply }) => {
    if (!caller.authMethod.startsWith('password')) throw new Failure('AUM0015');
    const proof = { password: body.password, otp: body.mfaOTPCode || undefined };
    const token = await stepUpSession(cause, caller, caller.token, proof);
    const provedUntil = ctx.now() + limits.stepUp;
    if (!caller.viaCookie) return { token, provedUntil };
    setSessionCookie(reply, token);
    return { provedUntil };
  });

  registerSessionRoutes(app);
}

function registerSessionRoutes(app: FastifyInstance): void {
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
      mailPreview: ctx.config.smtpUrl === undefined,
      ...(hostOverrideAt !== undefined && { hostOverrideAt }),
    };
  });

  handle(app, setLanguage, signedIn, async ({ caller, body }) => {
    await ctx.db
      .updateTable('users')
      .set({ language: body.language })
      .where('operator_id', '=', caller.operatorId)
      .where('user_id', '=', caller.userId)
      .execute();
    return undefined;
  });

  handle(app, listSessions, signedIn, async ({ caller }) => {
    const rows = await listUserSessions(ctx, caller.operatorId, caller.userId);
    return rows.map((row) => ({
      sessionId: row.session_id,
      kind: row.kind,
      current: row.session_id === caller.sessionId,
      authMethod: row.auth_method,
      sourceIp: row.source_ip,
      userAgent: row.user_agent,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      expiresAt: row.expires_at,
    }));
  });

  handle(app, endSession, signedIn, async ({ caller, info, params }) => {
    await transaction(ctx.db, async (db) => {
      const { operatorId, userId } = caller;
      const ended = await endOneSession(db, { operatorId, userId, sessionId: params.session_id });
      if (!ended) throw new Failure('COM0404');
      const target = `session:${params.session_id}`;
      await record(db, ctx.now(), info, { ...by(caller), target, outcome: 'success', statusCode: 204 });
    });
    return undefined;
  });

  handle(app, endOtherSessions, signedIn, async ({ caller, info }) => {
    const ended = await transaction(ctx.db, async (db) => {
      const count = await endUserSessions(db, caller.operatorId, caller.userId, caller.sessionId);
      const detail = { sessions: count };
      await record(db, ctx.now(), info, { ...by(caller), outcome: 'success', statusCode: 200, detail });
      return count;
    });
    return { ended };
  });

  handle(app, generateAuthToken, permitted('operator_id'), async ({ caller, info, body }) => {
    // SECURITY: a page must never come to hold a token of its own cookie session (R54).
    if (caller.viaCookie) throw new Failure('AUM0015');
    const seconds = body.tokenTimeoutSeconds ?? limits.session.apiDefaultSeconds;
    // A switched session is never prolonged (R64); the others end 48 hours after their sign-in (R53).
    const latest = caller.originPrincipal ? caller.expiresAt : caller.provedAt + limits.session.apiMaxLife;
    const expiresAt = Math.min(ctx.now() + seconds * 1000, latest);
    const token = await transaction(ctx.db, async (db) => {
      const renewed = await renewToken(db, ctx, caller, caller.token, { expiresAt });
      if (!renewed) throw new Failure('AUM0001');
      await record(db, ctx.now(), info, { ...by(caller), outcome: 'success', statusCode: 200 });
      return renewed;
    });
    return { token };
  });

  handle(app, revokeOperatorAuthTokens, rootOf('operator_id'), async ({ caller, info }) => {
    await transaction(ctx.db, async (db) => {
      const sessions = await endUserSessions(db, caller.operatorId, caller.userId);
      await record(db, ctx.now(), info, { ...by(caller), outcome: 'success', statusCode: 204, detail: { sessions } });
    });
    return undefined;
  });
}

type Credentials = Pick<
  BodyOf<typeof auth>,
  'email' | 'operatorId' | 'userName' | 'authKeyId' | 'authKey' | 'password'
>;

/** Signs in with the one credential set that was sent; none or several are as wrong as a wrong password. */
async function signInWith(ctx: Context, info: RequestInfo, body: BodyOf<typeof auth>, life: number): Promise<SignedIn> {
  const { authKeyId, authKey, password } = body;
  if (authKeyId !== undefined && authKey !== undefined && isAuthKeyOnly(body)) {
    return await signInWithAuthKey(ctx, info, authKeyId, authKey, life);
  }
  const identifier = identifierOf(body);
  if (!identifier || password === undefined) throw new Failure('AUM0002');
  return await signInProgram(ctx, info, { identifier, password, otp: body.mfaOTPCode || undefined, life });
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
