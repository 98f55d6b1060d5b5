import type { Change } from '../change/change.ts';
import type { Context } from '../context.ts';
import { hashSecret, sameSecret } from '../crypto/tokens.ts';
import { type Db, lockedRow } from '../db/database.ts';
import { preparedRead, type Soon, whenThere } from '../db/reads.ts';
import type { Sessions } from '../db/schema.ts';
import { limits } from '../limits.ts';
import { lastUseOf, noteUse } from './last-use.ts';
import { type Proven, provenBy } from './proofs.ts';
import { quarantinedUntil } from './quarantine.ts';
import { mfaRequiredFrom, rolesRequiredAt } from './required.ts';

export type Session = Proven & {
  readonly operatorId: string;
  readonly userId: string;
  readonly userName: string;
  readonly sessionId: string;
  readonly kind: 'console' | 'api';
  readonly provedAt: number;
  readonly expiresAt: number;
  readonly language: 'en' | 'ja';
  /** SRN of the user behind a switched session. */
  readonly originPrincipal: string | undefined;
  readonly mfaActive: boolean;
  /** From when on it must have MFA, by the strictest rule that binds it. */
  readonly mfaRequiredFrom: number | undefined;
  readonly mfaResetAt: number | undefined;
  /** Until then it changes little, because its MFA was reset. */
  readonly quarantinedUntil: number | undefined;
  /** Version of everything that decides for the operator's users. */
  readonly revision: number;
};

/** What opens a session. */
export type Secrets = { readonly token: string; readonly apiKey: string | undefined };

/** What is read of a session for a request: the session, and what must hold for it to be alive. */
type Read = {
  readonly session: Session;
  readonly apiKeyHash: string;
  readonly lastUsedAt: number;
  /** Undefined unless it is a switched session; 0 when the one that it came from is gone. */
  readonly originExpiresAt: number | undefined;
};

const byTokenHash = preparedRead(
  (db, tokenHash) => sessionRows(db).where('sessions.token_hash', '=', tokenHash),
  ([row]) => row && toRead(row),
);

/**
 * The live session of a token: not ended, not expired, not idle for too long. Everything that a request is judged by
 * comes from one statement, so that every change acts on the next request (R62).
 * @param secrets whose API key, when there is one, must belong to the very same session (R51)
 * @param ofOperator whose session it must be: to ask about another operator's is no use of it
 */
export function findSession(
  ctx: Context,
  kind: Session['kind'],
  { token, apiKey }: Secrets,
  ofOperator?: string,
): Soon<Session | undefined> {
  return whenThere(byTokenHash(ctx.db, hashSecret(token)), (read) => {
    if (read?.session.kind !== kind || !isAlive(ctx, read, ctx.now())) return undefined;
    if (ofOperator !== undefined && read.session.operatorId !== ofOperator) return undefined;
    if (apiKey !== undefined && !sameSecret(hashSecret(apiKey), read.apiKeyHash)) return undefined;
    noteUse(ctx, read.session, read.lastUsedAt);
    return read.session;
  });
}

const byId = preparedRead(
  (db, operatorId, sessionId) =>
    sessionRows(db).where('sessions.operator_id', '=', operatorId).where('sessions.session_id', '=', sessionId),
  ([row]) => row && toRead(row),
);

/** The same of a session that something else belongs to, which was found by a secret of its own. */
export function findSessionOf(
  ctx: Context,
  { operatorId, sessionId }: Pick<Session, 'operatorId' | 'sessionId'>,
): Soon<Session | undefined> {
  return whenThere(byId(ctx.db, operatorId, sessionId), (read) => {
    if (!read || !isAlive(ctx, read, ctx.now())) return undefined;
    noteUse(ctx, read.session, read.lastUsedAt);
    return read.session;
  });
}

/** A session as the transaction sees it, which nobody ends before the transaction is over; undefined when it ended. */
export async function lockSession(
  { ctx, db, now }: Change,
  { operatorId, sessionId }: Pick<Session, 'operatorId' | 'sessionId'>,
): Promise<Session | undefined> {
  const own = db.selectFrom('sessions').select('session_id').where('operator_id', '=', operatorId);
  await lockedRow(db, own.where('session_id', '=', sessionId)).executeTakeFirst();
  const row = await sessionRows(db)
    .where('sessions.operator_id', '=', operatorId)
    .where('sessions.session_id', '=', sessionId)
    .executeTakeFirst();
  const read = row && toRead(row);
  return read && isAlive(ctx, read, now) ? read.session : undefined;
}

function sessionRows(db: Db) {
  return db
    .selectFrom('sessions')
    .innerJoin('users', (join) =>
      join.onRef('users.operator_id', '=', 'sessions.operator_id').onRef('users.user_id', '=', 'sessions.user_id'),
    )
    .innerJoin('operators', 'operators.operator_id', 'sessions.operator_id')
    .leftJoin('sessions as origin', (join) =>
      join
        .onRef('origin.operator_id', '=', 'sessions.origin_operator_id')
        .onRef('origin.session_id', '=', 'sessions.origin_session_id'),
    )
    .select(['sessions.operator_id', 'sessions.session_id', 'sessions.user_id', 'sessions.kind'])
    .select(['sessions.proofs', 'sessions.proved_at', 'sessions.expires_at', 'sessions.last_used_at'])
    .select(['sessions.api_key_hash', 'sessions.origin_session_id', 'sessions.origin_principal'])
    .select(['users.user_name', 'users.language', 'users.mfa_id', 'users.mfa_reset_at'])
    .select(['operators.revision', 'operators.mfa_required_root_at', 'operators.mfa_required_sam_at'])
    .select(['operators.quarantine_at', 'users.mfa_required_at', rolesRequiredAt])
    .select('origin.expires_at as origin_expires_at');
}

type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof sessionRows>['executeTakeFirst']>>>;

function toRead(row: Row): Read {
  return {
    apiKeyHash: row.api_key_hash ?? '',
    lastUsedAt: row.last_used_at,
    originExpiresAt: row.origin_session_id === null ? undefined : (row.origin_expires_at ?? 0),
    session: {
      operatorId: row.operator_id,
      userId: row.user_id,
      userName: row.user_name,
      sessionId: row.session_id,
      kind: row.kind,
      ...provenBy(row.proofs),
      provedAt: row.proved_at,
      expiresAt: row.expires_at,
      language: row.language,
      originPrincipal: row.origin_principal ?? undefined,
      mfaActive: row.mfa_id !== null,
      mfaRequiredFrom: mfaRequiredFrom(row),
      mfaResetAt: row.mfa_reset_at ?? undefined,
      quarantinedUntil: quarantinedUntil(row.mfa_reset_at, row.quarantine_at),
      revision: row.revision,
    },
  };
}

/** SECURITY: a switched session dies with the one it came from (R64). */
function isAlive(ctx: Context, { session, lastUsedAt, originExpiresAt }: Read, now: number): boolean {
  if (originExpiresAt !== undefined && originExpiresAt <= now) return false;
  const { kind, expiresAt } = session;
  return !isOver({ kind, expires_at: expiresAt, last_used_at: lastUseOf(ctx, session, lastUsedAt) }, now);
}

/** Whether a session expired, or a browser left it alone for too long. */
export function isOver(row: Pick<Sessions, 'kind' | 'expires_at' | 'last_used_at'>, now: number): boolean {
  return row.expires_at <= now || (row.kind === 'console' && row.last_used_at + limits.session.consoleIdle <= now);
}
