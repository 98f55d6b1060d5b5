import { sql } from 'kysely';
import type { Cause } from '../../change/cause.ts';
import { type Change, changeUser, describe } from '../../change/change.ts';
import type { Context, Expiring } from '../../context.ts';
import { hashSecret, newSecret } from '../../crypto/tokens.ts';
import { preparedRead, type Soon, whenThere } from '../../db/reads.ts';
import { inSlices } from '../../db/slices.ts';
import { Failure } from '../../failure.ts';
import { limits } from '../../limits.ts';
import { findSessionOf, type Session } from '../../sessions/live.ts';
import type { Original } from './original.ts';
import { callbackPath } from './own-paths.ts';
import { returnAddress } from './return-address.ts';

/** A session with how it came. */
type Held = Session & { readonly viaCookie: boolean };

/**
 * Hands a browser that is signed in at the console to the host of a guarded program.
 * @param state hash of a secret that the host gave the browser; without that the code opens nothing
 * @returns the address at which the program's host signs the browser in, good once
 * @throws Failure AUM0015 for a program's session, COM0001 for another host than those of the setting
 */
export async function handOver(cause: Cause, session: Held, returnTo: string, state: string): Promise<string> {
  // SECURITY: who holds a token must not make a browser's session of it, which others may come to use.
  if (!session.viaCookie) throw new Failure('AUM0015');
  const page = returnAddress(cause.ctx, returnTo);
  if (!page) {
    const reason = { en: 'is no page of a guarded program', ja: '保護対象のアプリケーションのページではありません。' };
    throw new Failure('COM0001', { field: 'returnTo', reason });
  }
  const code = newSecret();
  const of = { operator_id: session.operatorId, session_id: session.sessionId };
  await changeUser(cause, { ...session, otherwise: 'AUM0001' }, async (c) => {
    await c.db
      .insertInto('gate_codes')
      .values({
        ...of,
        code_hash: hashSecret(code),
        host: page.host,
        challenge: state,
        return_to: page.href,
        created_at: c.now,
        expires_at: c.now + limits.gate.codeLife,
      })
      .execute();
    await dropOldest(c, of);
    describe(c, { target: `app:${page.host}` });
  });
  return `${page.origin}${callbackPath}?code=${code}`;
}

async function dropOldest({ db }: Change, of: { operator_id: string; session_id: string }): Promise<void> {
  const own = db
    .selectFrom('gate_codes')
    .select('code_hash')
    .where('operator_id', '=', of.operator_id)
    .where('session_id', '=', of.session_id);
  const kept = own.orderBy('created_at', 'desc').orderBy('code_hash').limit(limits.gate.codes);
  await db
    .deleteFrom('gate_codes')
    .where('operator_id', '=', of.operator_id)
    .where('session_id', '=', of.session_id)
    .where('code_hash', 'not in', kept)
    .execute();
}

type Entered = { readonly token: string; readonly returnTo: string };

/**
 * Signs a browser in to the host of a guarded program, with the code that the console gave it.
 * SECURITY: the code is of one host and of the browser that began there (login CSRF), and one conditional statement
 * takes it: of several at once, one gets in.
 * @param secret what the host gave the browser when it began
 * @returns undefined for a code that is not good here and now
 */
export async function enterHost(
  cause: Cause,
  { host }: Original,
  code: string,
  secret: string,
): Promise<Entered | undefined> {
  const { ctx } = cause;
  const [codeHash, challenge] = [hashSecret(code), hashSecret(secret)];
  const row = await ctx.db
    .selectFrom('gate_codes')
    .select(['operator_id', 'session_id'])
    .where('code_hash', '=', codeHash)
    .where('host', '=', host)
    .where('challenge', '=', challenge)
    .executeTakeFirst();
  const session = row && (await findSessionOf(ctx, { operatorId: row.operator_id, sessionId: row.session_id }));
  if (!session) return undefined;
  const { operatorId, sessionId } = session;
  const token = newSecret();
  const work = async (c: Change) => {
    const taken = await c.db
      .deleteFrom('gate_codes')
      .where('operator_id', '=', operatorId)
      .where('code_hash', '=', codeHash)
      .where('host', '=', host)
      .where('challenge', '=', challenge)
      .where('expires_at', '>', c.now)
      .returning('return_to')
      .executeTakeFirst();
    if (!taken) throw new Failure('COM0404');
    const values = { token_hash: hashSecret(token), created_at: c.now };
    await c.db
      .insertInto('gate_sessions')
      .values({ operator_id: operatorId, session_id: sessionId, host, ...values })
      .onConflict((conflict) => conflict.columns(['operator_id', 'session_id', 'host']).doUpdateSet(values))
      .execute();
    describe(c, { target: `app:${host}` });
    return taken.return_to;
  };
  return await changeUser({ ...cause, caller: session }, { ...session, otherwise: 'COM0404' }, work).then(
    (returnTo) => ({ token, returnTo }),
    (error: unknown) => {
      if (error instanceof Failure) return undefined;
      throw error;
    },
  );
}

const byTokenHash = preparedRead(
  (db, tokenHash, host) =>
    db
      .selectFrom('gate_sessions')
      .select(['operator_id', 'session_id'])
      .where('token_hash', '=', tokenHash)
      .where('host', '=', host),
  ([row]) => row && { operatorId: row.operator_id, sessionId: row.session_id },
);

/** The live session that a browser is signed in with at a host; that of another host opens nothing. */
export function findEntered(ctx: Context, { host }: Original, token: string): Soon<Session | undefined> {
  return whenThere(byTokenHash(ctx.db, hashSecret(token), host), (found) => found && findSessionOf(ctx, found));
}

/** Signs a browser out of one host. Its session at the console goes on. */
export async function leaveHost(cause: Cause, session: Session, { host }: Original): Promise<void> {
  await changeUser({ ...cause, caller: session }, { ...session, otherwise: 'AUM0001' }, async (c) => {
    await c.db
      .deleteFrom('gate_sessions')
      .where('operator_id', '=', session.operatorId)
      .where('session_id', '=', session.sessionId)
      .where('host', '=', host)
      .execute();
    describe(c, { target: `app:${host}` });
  });
}

/** Codes that nobody brought; those that were are gone. */
export const expiredGateCodes: Expiring = {
  table: 'gate_codes',
  remove: async ({ db }, at) => {
    await inSlices((atMost) =>
      db
        .deleteFrom('gate_codes')
        .where('expires_at', '<=', at)
        .where((eb) => {
          const over = eb.selectFrom('gate_codes').select(['operator_id', 'code_hash']).where('expires_at', '<=', at);
          const some = over.limit(atMost).$asTuple('operator_id', 'code_hash');
          return eb(eb.refTuple('operator_id', 'code_hash'), 'in', some);
        })
        .executeTakeFirst(),
    );
  },
  bringBack: async (db, now) => {
    await db
      .updateTable('gate_codes')
      .set({ created_at: now, expires_at: sql<number>`expires_at - (created_at - ${now})` })
      .where('created_at', '>', now)
      .execute();
    await db.updateTable('gate_sessions').set({ created_at: now }).where('created_at', '>', now).execute();
  },
};
