import { expect } from 'vitest';
import { verifyChains } from '../../src/audit/chain.ts';
import { takeStatuses } from './client.ts';
import { canaries } from './people.ts';
import type { TestServer } from './server.ts';

type Snapshot = Record<string, unknown[]>;

const tablesOfOperator = [
  'operators',
  'emails',
  'users',
  'factors',
  'authenticator_apps',
  'backup_code_sets',
  'sessions',
  'pending_sign_ins',
  'mail_tokens',
  'known_sources',
  'audit_log',
  'audit_heads',
  'outbox',
] as const;

/** Every row of an operator, to be compared later: another operator's doings must not touch it (I6). */
export async function rowsOf(server: TestServer, operatorId: string): Promise<Snapshot> {
  const snapshot: Snapshot = {};
  for (const table of tablesOfOperator) {
    const rows = await server.ctx.db
      .selectFrom(table)
      .selectAll()
      .where('operator_id' as never, '=', operatorId as never)
      .execute();
    snapshot[table] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return snapshot;
}

/**
 * The oracle (security.md 2): checked after each scenario.
 * @param allowed statuses of 500 and above that the scenario asked for
 */
export async function checkInvariants(server: TestServer, allowed: number[] = []): Promise<void> {
  await inactiveMeansNothingUsable(server);
  await auditIsWhole(server);
  await mailsGoToStoredAddresses(server);
  await noCanaryAtRest(server);
  expect(
    takeStatuses().filter((status) => status >= 500 && !allowed.includes(status)),
    'I8',
  ).toEqual([]);
}

/** I2: without an active factor there are no codes and no live reset link. */
async function inactiveMeansNothingUsable({ ctx }: TestServer): Promise<void> {
  const active = ctx.db.selectFrom('factors').select('operator_id').where('status', '=', 'ACTIVE');
  const codes = await ctx.db
    .selectFrom('backup_code_sets')
    .select('operator_id')
    .where('operator_id', 'not in', active)
    .execute();
  const links = await ctx.db
    .selectFrom('mail_tokens')
    .select('operator_id')
    .where('purpose', 'in', ['mfa_reset'])
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .where('operator_id', 'not in', active)
    .execute();
  expect([...codes, ...links], 'I2').toEqual([]);
  const users = await ctx.db
    .selectFrom('users')
    .select(['operator_id', 'user_id', 'mfa_id'])
    .select((eb) => [
      eb
        .selectFrom('factors')
        .select((all) => all.fn.countAll<number>().as('count'))
        .whereRef('factors.operator_id', '=', 'users.operator_id')
        .whereRef('factors.user_id', '=', 'users.user_id')
        .where('factors.status', '=', 'ACTIVE')
        .as('active'),
    ])
    .execute();
  expect(
    users.filter((user) => Number(user.active) > 0 !== (user.mfa_id !== null)),
    'I2',
  ).toEqual([]);
}

/** I3, R73: chains without gap or edit. */
async function auditIsWhole({ ctx }: TestServer): Promise<void> {
  expect(await verifyChains(ctx.db), 'I3').toEqual([]);
}

/** I4: an operator's mails go to its own stored addresses only. */
async function mailsGoToStoredAddresses({ ctx }: TestServer): Promise<void> {
  const mails = await ctx.db
    .selectFrom('outbox')
    .leftJoin('emails', (join) =>
      join.onRef('emails.operator_id', '=', 'outbox.operator_id').onRef('emails.email', '=', 'outbox.recipient'),
    )
    .select(['outbox.recipient', 'outbox.template'])
    .where('outbox.operator_id', '!=', '')
    .where('emails.email', 'is', null)
    .execute();
  expect(mails, 'I4').toEqual([]);
}

/** I5: nothing secret in any column of any table, nor in the log. */
async function noCanaryAtRest(server: TestServer): Promise<void> {
  const tables = await server.ctx.db.introspection.getTables();
  for (const { name } of tables) {
    const rows = await server.ctx.db
      .selectFrom(name as 'operators')
      .selectAll()
      .execute();
    assertNoCanary(`table ${name}`, JSON.stringify(rows));
  }
  assertNoCanary('log', server.log());
}

function assertNoCanary(place: string, text: string): void {
  for (const canary of canaries) {
    if (text.includes(canary)) throw new Error(`I5: a secret was found in ${place}: ${canary.slice(0, 4)}…`);
  }
}
