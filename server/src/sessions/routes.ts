import {
  endOtherSessions,
  endSession,
  generateAuthToken,
  getIdentity,
  listSessions,
  logout,
  revokeOperatorAuthTokens,
} from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import type { Sessions } from '../db/schema.ts';
import { clearSessionCookie, readOriginCookie } from '../http/cookies.ts';
import { permitted, rootOf, signedIn } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { limits } from '../limits.ts';
import { identityOf } from './identity.ts';
import { endOwnSession, endOwnSessions, endThisSession, replaceToken } from './own-sessions.ts';
import { provenBy } from './proofs.ts';
import { listSessionsOf } from './sessions.ts';

/** The caller's own sessions. */
export function registerSessionRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, logout, signedIn, async ({ caller, cause, request, reply }) => {
    await endThisSession(cause, caller, caller.viaCookie ? readOriginCookie(request) : undefined);
    if (!caller.viaCookie) return undefined;
    clearSessionCookie(reply);
    // Not "cookies": that would sign the person out of every other site of the same domain.
    reply.header('clear-site-data', '"cache", "storage"');
    return undefined;
  });

  handle(app, getIdentity, signedIn, async ({ caller }) => identityOf(caller, ctx.now()));

  handle(app, listSessions, signedIn, async ({ caller }) => {
    const rows = await listSessionsOf(ctx, caller);
    return rows.map((row) => ({ ...sessionReply(row), current: row.session_id === caller.sessionId }));
  });

  handle(app, endSession, signedIn, async ({ caller, cause, params }) => {
    await endOwnSession(cause, caller, params.session_id);
    return undefined;
  });

  handle(app, endOtherSessions, signedIn, async ({ caller, cause }) => {
    return { ended: await endOwnSessions(cause, caller, caller.sessionId) };
  });

  handle(app, generateAuthToken, permitted('operator_id'), async ({ caller, cause, body }) => {
    const seconds = body.tokenTimeoutSeconds ?? limits.session.apiDefaultSeconds;
    return { token: await replaceToken(cause, caller, seconds * 1000) };
  });

  handle(app, revokeOperatorAuthTokens, rootOf('operator_id'), async ({ caller, cause }) => {
    await endOwnSessions(cause, caller);
    return undefined;
  });
}

function sessionReply(row: Sessions) {
  return {
    sessionId: row.session_id,
    kind: row.kind,
    authMethod: provenBy(row.proofs).authMethod,
    sourceIp: row.source_ip,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}
