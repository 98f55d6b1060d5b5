import type { UserChange } from '../change/change.ts';
import type { Context, RequestInfo } from '../context.ts';
import { newApiToken } from '../crypto/api-token.ts';
import { hashSecret, newId, newSecret, sameSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { limits } from '../limits.ts';

/** How a session was opened; also the value of `authMethod` in a permission's condition. */
export type AuthMethod = 'password' | 'password+totp' | 'authKey' | 'switchUser';

export type Session = {
  readonly operatorId: string;
  readonly userId: string;
  readonly userName: string;
  readonly sessionId: string;
  readonly kind: 'console' | 'api';
  readonly authMethod: AuthMethod;
  readonly createdAt: number;
  readonly provedAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number;
  readonly language: 'en' | 'ja';
  /** SRN of the user behind a switched session. */
  readonly originPrincipal: string | undefined;
  readonly mfaActive: boolean;
  /** The operator wants this user to have MFA. */
  readonly mfaRequired: boolean;
  readonly mfaResetAt: number | undefined;
  /** JSON texts that decide for a SAM user, beside its roles'. */
  readonly permission: string;
  readonly defaultPermissions: string;
  readonly guardOn: boolean;
};

export type NewSession = {
  readonly operatorId: string;
  readonly userId: string;
  readonly userName: string;
  readonly kind: 'console' | 'api';
  readonly authMethod: AuthMethod;
  /** Milliseconds from now. */
  readonly life: number;
  readonly authKeyId?: string;
  readonly origin?: { readonly operatorId: string; readonly sessionId: string; readonly principal: string };
};

/** Opens a session. The secrets are in this answer only; the row holds their hashes (R51). */
export async function createSession(db: Db, ctx: Context, info: RequestInfo, session: NewSession) {
  const now = ctx.now();
  const expiresAt = now + session.life;
  const sessionId = newId();
  const apiKey = session.kind === 'api' ? `api-${newId()}` : undefined;
  const token = await newToken(ctx, session, expiresAt);
  await db
    .insertInto('sessions')
    .values({
      operator_id: session.operatorId,
      session_id: sessionId,
      user_id: session.userId,
      kind: session.kind,
      token_hash: hashSecret(token),
      api_key_hash: apiKey ? hashSecret(apiKey) : null,
      auth_method: session.authMethod,
      source_ip: info.sourceIp,
      user_agent: info.userAgent.slice(0, 512),
      created_at: now,
      proved_at: now,
      expires_at: expiresAt,
      last_used_at: now,
      wrong_passwords: 0,
      auth_key_id: session.authKeyId ?? null,
      origin_operator_id: session.origin?.operatorId ?? null,
      origin_session_id: session.origin?.sessionId ?? null,
      origin_principal: session.origin?.principal ?? null,
    })
    .execute();
  return { sessionId, token, apiKey: apiKey ?? '', expiresAt };
}

/** A new secret for a session: opaque for the console's cookie, in the shape of a JWT for programs. */
async function newToken(
  ctx: Context,
  session: Pick<NewSession, 'kind' | 'operatorId' | 'userName'>,
  expiresAt: number,
): Promise<string> {
  if (session.kind === 'console') return newSecret();
  const subject = { operatorId: session.operatorId, userName: session.userName, issuer: ctx.config.baseUrl };
  return await newApiToken(ctx.keys, subject, ctx.now(), expiresAt);
}

/**
 * The live session of a token: not ended, not expired, not idle for too long.
 * @param apiKey must belong to the very same session when it is given (R51)
 */
export async function findSession(
  ctx: Context,
  kind: 'console' | 'api',
  token: string,
  apiKey: string | undefined,
): Promise<Session | undefined> {
  const row = await sessionRow(ctx, kind, hashSecret(token));
  if (!row || row.expires_at <= ctx.now()) return undefined;
  if (apiKey !== undefined && !sameSecret(hashSecret(apiKey), row.api_key_hash ?? '')) return undefined;
  if (kind === 'console' && row.last_used_at + limits.session.consoleIdle <= ctx.now()) return undefined;
  // SECURITY: a switched session dies with the one it came from (R64).
  if (row.origin_session_id !== null && (row.origin_expires_at ?? 0) <= ctx.now()) return undefined;
  await stampUse(ctx, row);
  return toSession(row);
}

/** One statement for all that a request is judged by, so that every change acts on the next one (R62). */
async function sessionRow(ctx: Context, kind: 'console' | 'api', tokenHash: string) {
  return await ctx.db
    .selectFrom('sessions')
    .innerJoin('users', (join) =>
      join.onRef('users.operator_id', '=', 'sessions.operator_id').onRef('users.user_id', '=', 'sessions.user_id'),
    )
    .innerJoin('operators', 'operators.operator_id', 'sessions.operator_id')
    .leftJoin('totp_factors as factor', (join) =>
      join
        .onRef('factor.operator_id', '=', 'sessions.operator_id')
        .onRef('factor.user_id', '=', 'sessions.user_id')
        .on('factor.status', '=', 'ACTIVE'),
    )
    .leftJoin('sessions as origin', (join) =>
      join
        .onRef('origin.operator_id', '=', 'sessions.origin_operator_id')
        .onRef('origin.session_id', '=', 'sessions.origin_session_id'),
    )
    .selectAll('sessions')
    .select(['users.user_name', 'users.language', 'users.permission', 'users.mfa_reset_at'])
    .select(['operators.default_permissions', 'operators.guard_off_at'])
    .select(['operators.mfa_required_root_at', 'operators.mfa_required_sam_at'])
    .select(['factor.factor_id', 'origin.expires_at as origin_expires_at'])
    .where('sessions.token_hash', '=', tokenHash)
    .where('sessions.kind', '=', kind)
    .executeTakeFirst();
}

function toSession(row: NonNullable<Awaited<ReturnType<typeof sessionRow>>>): Session {
  const required = row.user_id === rootId ? row.mfa_required_root_at : row.mfa_required_sam_at;
  return {
    operatorId: row.operator_id,
    userId: row.user_id,
    userName: row.user_name,
    sessionId: row.session_id,
    kind: row.kind,
    authMethod: row.auth_method as AuthMethod,
    createdAt: row.created_at,
    provedAt: row.proved_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    language: row.language,
    originPrincipal: row.origin_principal ?? undefined,
    mfaActive: row.factor_id !== null,
    mfaRequired: required !== null,
    mfaResetAt: row.mfa_reset_at ?? undefined,
    permission: row.permission,
    defaultPermissions: row.default_permissions,
    guardOn: row.guard_off_at === null,
  };
}

/** Writes the last use down, at most once in a while: a commit for every request would cost more than it tells. */
async function stampUse(
  ctx: Context,
  row: { operator_id: string; session_id: string; last_used_at: number },
): Promise<void> {
  const now = ctx.now();
  if (now - row.last_used_at < limits.session.stampInterval) return;
  await ctx.db
    .updateTable('sessions')
    .set({ last_used_at: now })
    .where('operator_id', '=', row.operator_id)
    .where('session_id', '=', row.session_id)
    .where('last_used_at', '<', now)
    .execute();
}

/** A user's live sessions, newest use first. */
export async function listUserSessions(ctx: Context, operatorId: string, userId: string) {
  const now = ctx.now();
  const rows = await ctx.db
    .selectFrom('sessions')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .orderBy('last_used_at', 'desc')
    .execute();
  return rows.filter((row) => row.kind === 'api' || row.last_used_at + limits.session.consoleIdle > now);
}

/** Ends one session; false when there is none of that id for that user. */
export async function endOneSession(db: Db, session: Pick<Session, 'operatorId' | 'userId' | 'sessionId'>) {
  const result = await db
    .deleteFrom('sessions')
    .where('operator_id', '=', session.operatorId)
    .where('user_id', '=', session.userId)
    .where('session_id', '=', session.sessionId)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Ends a user's sessions but one; returns how many. */
export async function endUserSessions(db: Db, operatorId: string, userId: string, exceptId = ''): Promise<number> {
  const result = await db
    .deleteFrom('sessions')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('session_id', '!=', exceptId)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/**
 * Gives a session a new secret; the old one is dead. One conditional statement: of two renewals with one token, one
 * wins (I1).
 * @returns undefined when the old token was not the current one any more
 */
export async function renewToken(
  db: Db,
  ctx: Context,
  session: Session,
  oldToken: string,
  change: { readonly expiresAt?: number; readonly provedAt?: number; readonly authMethod?: AuthMethod },
): Promise<string | undefined> {
  const expiresAt = change.expiresAt ?? session.expiresAt;
  const token = await newToken(ctx, session, expiresAt);
  const result = await db
    .updateTable('sessions')
    .set({
      token_hash: hashSecret(token),
      expires_at: expiresAt,
      ...(change.provedAt !== undefined && { proved_at: change.provedAt }),
      ...(change.authMethod !== undefined && { auth_method: change.authMethod }),
    })
    .where('operator_id', '=', session.operatorId)
    .where('session_id', '=', session.sessionId)
    .where('token_hash', '=', hashSecret(oldToken))
    .executeTakeFirst();
  return result.numUpdatedRows === 1n ? token : undefined;
}

/** Ends the sessions of those who switched to a user. */
export async function endSwitchedSessions(c: UserChange): Promise<void> {
  await c.db
    .deleteFrom('sessions')
    .where('operator_id', '=', c.user.operatorId)
    .where('user_id', '=', c.user.userId)
    .where('origin_session_id', 'is not', null)
    .execute();
}
