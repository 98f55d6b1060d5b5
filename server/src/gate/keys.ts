import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { change, changeAuthority, describe } from '../change/change.ts';
import type { Context } from '../context.ts';
import { hashSecret, newId, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { preparedRead, type Soon, whenThere } from '../db/reads.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';

/** What a program asks the gate with. It opens no session and is of no user. */
export type GateKey = {
  readonly gateKeyId: string;
  /** The one operator that it may ask about; undefined for every operator of the host. */
  readonly ofOperator: string | undefined;
};

/** By which people and scanners of leaked secrets know a gate key. */
const prefix = 'warifu_gate_';

/** Whether a bearer token is a gate key, live or not, and so no session's token. */
export function isGateKey(token: string): boolean {
  return token.startsWith(prefix);
}

const byHash = preparedRead(
  (db, hash) => db.selectFrom('gate_keys').selectAll().where('secret_hash', '=', hash),
  ([row]) =>
    row && {
      key: { gateKeyId: row.gate_key_id, ofOperator: row.operator_id ?? undefined },
      lastUsedAt: row.last_used_at ?? 0,
    },
);

/** The gate key of a secret; undefined when it is unknown or revoked. */
export function findGateKey(ctx: Context, secret: string): Soon<GateKey | undefined> {
  return whenThere(byHash(ctx.db, hashSecret(secret)), (found) => {
    if (!found) return undefined;
    if (ctx.now() - found.lastUsedAt >= limits.session.stampInterval) noteUse(ctx, found.key);
    return found.key;
  });
}

/** Only a hint for who looks at the list: a question is answered whether or not it can be written down. */
function noteUse({ db, now, log }: Context, { gateKeyId }: GateKey): void {
  const at = now();
  const since = at - limits.session.stampInterval;
  void db
    .updateTable('gate_keys')
    .set({ last_used_at: at })
    .where('gate_key_id', '=', gateKeyId)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', since)]))
    .execute()
    .catch((error: unknown) => log.warn({ error: (error as Error).name }, 'last use of a gate key not written'));
}

/**
 * Makes a gate key; its secret is nowhere but in the answer.
 * @param operatorId the one operator that it may ask about; undefined for every operator
 * @throws Failure COM0001 for a name that is empty or longer than 64 characters, COM0404 for an unknown operator
 */
export async function createGateKey(cause: Cause, name: string, operatorId: string | undefined) {
  const label = name.trim();
  if (label === '' || [...label].length > 64 || /\p{C}/u.test(label)) throw badName();
  const gateKeyId = newId();
  const secret = prefix + newSecret();
  const row = { gate_key_id: gateKeyId, operator_id: operatorId ?? null, name: label, secret_hash: hashSecret(secret) };
  await inOperator(cause, operatorId, async (c) => {
    await c.db
      .insertInto('gate_keys')
      .values({ ...row, created_at: c.now, last_used_at: null })
      .execute();
    describe(c, { target: `gate-key:${gateKeyId}` });
  });
  return { gateKeyId, gateKey: secret };
}

function badName(): Failure {
  const reason = { en: 'must have 1 to 64 characters', ja: '1～64 文字で入力してください。' };
  return new Failure('COM0001', { field: '--name', reason });
}

/**
 * Revokes a gate key: the next question with it is refused.
 * @throws Failure COM0404
 */
export async function revokeGateKey(cause: Cause, gateKeyId: string): Promise<void> {
  const found = await cause.ctx.db
    .selectFrom('gate_keys')
    .select('operator_id')
    .where('gate_key_id', '=', gateKeyId)
    .executeTakeFirst();
  if (!found) throw new Failure('COM0404');
  await inOperator(cause, found.operator_id ?? undefined, async (c) => {
    const { numDeletedRows } = await c.db
      .deleteFrom('gate_keys')
      .where('gate_key_id', '=', gateKeyId)
      .executeTakeFirst();
    if (numDeletedRows !== 1n) throw new Failure('COM0404');
    describe(c, { target: `gate-key:${gateKeyId}` });
  });
}

/** Every gate key, oldest first, without its secret. */
export async function listGateKeys(db: Db) {
  const rows = await db.selectFrom('gate_keys').selectAll().orderBy('created_at').orderBy('gate_key_id').execute();
  return rows.map((row) => ({
    gateKeyId: row.gate_key_id,
    name: row.name,
    operatorId: row.operator_id,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }));
}

/** A key of one operator stands in that operator's log, which its root user reads; one of the host in the host's. */
async function inOperator(cause: Cause, operatorId: string | undefined, work: Parameters<typeof change<void>>[2]) {
  if (operatorId === undefined) await change(cause, noOperator, work);
  else await changeAuthority(cause, operatorId, work);
}
