import type { ExpressionBuilder } from 'kysely';
import { sql } from 'kysely';
import { type Change, count, type UserChange } from '../change/change.ts';
import type { Context, Expiring } from '../context.ts';
import { newApiToken } from '../crypto/api-token.ts';
import { hashSecret, newId, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { Database, Sessions } from '../db/schema.ts';
import { inSlices } from '../db/slices.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { isOver, lockSession, type Session } from './live.ts';
import { isPerson, type Proof, storeProofs } from './proofs.ts';

export type NewSession = {
  readonly operatorId: string;
  readonly userId: string;
  readonly userName: string;
  readonly kind: 'console' | 'api';
  readonly proofs: readonly Proof[];
  /** Milliseconds from now. */
  readonly life: number;
  readonly authKeyId?: string;
  readonly origin?: { readonly operatorId: string; readonly sessionId: string; readonly principal: string };
};

/**
 * Opens a session. The secrets are in this answer only; the row holds their hashes (R51). The user is locked by the
 * change, so its sessions stay as many as they may be.
 */
export async function createSession(c: Change, session: NewSession) {
  const {
    db,
    ctx,
    now,
    cause: { info },
  } = c;
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
      proofs: storeProofs(session.proofs),
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
  await endOldest(c, session, sessionId);
  return { sessionId, token, apiKey: apiKey ?? '', expiresAt };
}

/**
 * Ends the oldest sessions beyond the bound; the record of the sign-in says how many.
 * SECURITY: only those that came about in the same way: with one's own AuthKey, or by switching, nobody signs a person
 * out.
 */
async function endOldest(c: Change, session: NewSession, newest: string): Promise<void> {
  const { operatorId, userId, kind, authKeyId = null, origin } = session;
  const alike = c.db
    .selectFrom('sessions')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('kind', '=', kind)
    .where('auth_key_id', authKeyId === null ? 'is' : '=', authKeyId)
    .where('origin_principal', origin === undefined ? 'is' : '=', (origin?.principal ?? null) as string)
    .where('session_id', '!=', newest);
  const others = limits.session.perUser - 1;
  const counted = await alike.select((eb) => eb.fn.countAll<number>().as('sessions')).executeTakeFirstOrThrow();
  if (Number(counted.sessions) <= others) return;
  const kept = alike.select('session_id').orderBy('created_at', 'desc').orderBy('session_id').limit(others);
  const ended = await c.db
    .deleteFrom('sessions')
    .where('operator_id', '=', operatorId)
    .where('session_id', 'in', alike.select('session_id'))
    .where('session_id', 'not in', kept)
    .returning(['kind', 'expires_at', 'last_used_at'])
    .execute();
  count(c, { sessions: ended.filter((row) => !isOver(row, c.now)).length });
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

/** A user's live sessions, newest use first. A borrowed session sees itself only. */
export async function listSessionsOf(ctx: Context, session: Session): Promise<Sessions[]> {
  const now = ctx.now();
  const rows = await ctx.db
    .selectFrom('sessions')
    .selectAll()
    .where('operator_id', '=', session.operatorId)
    .where('user_id', '=', session.userId)
    .where('expires_at', '>', now)
    .orderBy('last_used_at', 'desc')
    .execute();
  const own = isPerson(session) ? rows : rows.filter((row) => row.session_id === session.sessionId);
  return own.filter((row) => !isOver(row, now));
}

type Ended = Pick<Session, 'operatorId' | 'userId'>;

/** Ends one session; false when there is none of that id for that user. */
export async function endOneSession(db: Db, user: Ended, sessionId: string): Promise<boolean> {
  const result = await db
    .deleteFrom('sessions')
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Ends a user's sessions but one; returns how many were still alive. */
export async function endUserSessions(db: Db, now: number, user: Ended, exceptId = ''): Promise<number> {
  const ended = await db
    .deleteFrom('sessions')
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .where('session_id', '!=', exceptId)
    .returning(['kind', 'expires_at', 'last_used_at'])
    .execute();
  return ended.filter((row) => !isOver(row, now)).length;
}

/** Ends every session of every user; returns the operator of each that was still alive. */
export async function endAllSessions(db: Db, now: number): Promise<string[]> {
  const ended = await db
    .deleteFrom('sessions')
    .returning(['operator_id', 'kind', 'expires_at', 'last_used_at'])
    .execute();
  return ended.filter((row) => !isOver(row, now)).map((row) => row.operator_id);
}

/** What a new secret brings with it. */
export type Renewal = { readonly expiresAt?: number; readonly provedAt?: number; readonly proofs?: readonly Proof[] };

/**
 * Gives a session a new secret; the old one is dead. One conditional statement: of two renewals with one token, one
 * wins (I1).
 * @throws Failure AUM0001 when the old token was not the current one any more
 */
export async function renewToken({ db, ctx }: Change, session: Session, oldToken: string, renewal: Renewal) {
  const expiresAt = renewal.expiresAt ?? session.expiresAt;
  const token = await newToken(ctx, session, expiresAt);
  const result = await db
    .updateTable('sessions')
    .set({
      token_hash: hashSecret(token),
      expires_at: expiresAt,
      ...(renewal.provedAt !== undefined && { proved_at: renewal.provedAt, wrong_passwords: 0 }),
      ...(renewal.proofs !== undefined && { proofs: storeProofs(renewal.proofs) }),
    })
    .where('operator_id', '=', session.operatorId)
    .where('session_id', '=', session.sessionId)
    .where('token_hash', '=', hashSecret(oldToken))
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Failure('AUM0001');
  return token;
}

/** The session that a switched one came from; undefined for one that nobody switched to. */
export async function originOf(db: Db, { operatorId, sessionId }: Pick<Session, 'operatorId' | 'sessionId'>) {
  return await db
    .selectFrom('sessions')
    .innerJoin('sessions as origin', (join) =>
      join
        .onRef('origin.operator_id', '=', 'sessions.origin_operator_id')
        .onRef('origin.session_id', '=', 'sessions.origin_session_id'),
    )
    .select(['origin.operator_id as operatorId', 'origin.session_id as sessionId', 'origin.user_id as userId'])
    .where('sessions.operator_id', '=', operatorId)
    .where('sessions.session_id', '=', sessionId)
    .executeTakeFirst();
}

/** Ends the session that a switched one came from, and the switched one with it, when the secret is the origin's. */
export async function endOrigin(db: Db, session: Session, originToken: string): Promise<void> {
  const origin = await originOf(db, session);
  if (!origin) return;
  await db
    .deleteFrom('sessions')
    .where('operator_id', '=', origin.operatorId)
    .where('session_id', '=', origin.sessionId)
    .where('token_hash', '=', hashSecret(originToken))
    .execute();
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
type Eb = ExpressionBuilder<Database, 'sessions'>;

/** Sessions go when they are over, and with the one that they came from. */
export const expiredSessions: Expiring = {
  table: 'sessions',
  remove: async ({ db }, at) => {
    const isExpired = (eb: Eb) => eb.and([eb('kind', 'in', ['console', 'api']), eb('expires_at', '<=', at)]);
    const idle = at - limits.session.consoleIdle;
    const isIdle = (eb: Eb) => eb.and([eb('kind', '=', 'console'), eb('last_used_at', '<=', idle)]);
    for (const isOver of [isExpired, isIdle]) {
      await inSlices((atMost) =>
        db
          .deleteFrom('sessions')
          .where(isOver)
          .where((eb) => {
            const over = eb.selectFrom('sessions').select(['operator_id', 'session_id']).where(isOver).limit(atMost);
            return eb(eb.refTuple('operator_id', 'session_id'), 'in', over.$asTuple('operator_id', 'session_id'));
          })
          .executeTakeFirst(),
      );
    }
  },
  bringBack: async (db, now) => {
    await db
      .updateTable('sessions')
      .set({ created_at: now, expires_at: sql<number>`expires_at - (created_at - ${now})` })
      .where('created_at', '>', now)
      .execute();
    // SECURITY: a proof of the password that lies ahead would be a step-up that lasts until then.
    await db.updateTable('sessions').set({ proved_at: now }).where('proved_at', '>', now).execute();
    await db.updateTable('sessions').set({ last_used_at: now }).where('last_used_at', '>', now).execute();
  },
};

/** A session now rests on the factor too. Its step-up still counts from the password: a code alone does not renew it. */
export async function addProof(c: UserChange, sessionId: string, proof: Proof): Promise<void> {
  const own = { operatorId: c.user.operatorId, sessionId };
  const session = await lockSession(c, own);
  if (!session) return;
  const others = session.proofs.filter(({ method }) => method !== proof.method);
  await c.db
    .updateTable('sessions')
    .set({ proofs: storeProofs([...others, proof]) })
    .where('operator_id', '=', own.operatorId)
    .where('session_id', '=', sessionId)
    .execute();
}
