import { cpSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asksForCode, beginMfa, createOperator, isAlive, resetToken } from './support/accounts.ts';
import { request, type Session, session } from './support/api.ts';
import { authenticator } from './support/oath.ts';
import { type Server, startServer, temporaryFolder } from './support/server.ts';
import { type Smtp, startSmtp } from './support/smtp.ts';

/** More in a long run: `bench/faults.ts`. */
const rounds = Number(process.env.WARIFU_TEST_KILLS ?? 50);

type Operation = 'confirm' | 'disable' | 'recover';
type Account = {
  email: string;
  password: string;
  active: boolean;
  secret: string;
  /** The reset that is to be killed: a mailed token and a backup code. */
  reset: { token: string; backupCode: string } | undefined;
  /** The session that acts, and one that a change of MFA has to end. */
  acting: Session;
  bystander: Session;
  changes: number;
};
type Outcome = { account: Account; operation: Operation; acknowledged: boolean };
type Send = () => Promise<{ status: number; json: Record<string, unknown> }>;

let smtp: Smtp;
let server: Server;
/** These go on and off all the time. */
const togglers: Account[] = [];
/** These reset their MFA once, one after the other: a mail would have to wait when its server was killed. */
const resetters: Account[] = [];
const seen: Record<string, number> = {};
/** The kill comes within so many milliseconds: long enough for a slow machine to finish some of what it began. */
let longest = 295;

beforeAll(async () => {
  smtp = await startSmtp();
  server = await startServer({ smtpUrl: smtp.url });
  for (let n = 0; n < 3; n++) togglers.push(await makeAccount(`toggler${n}@example.com`));
  for (let n = 0; n < 10; n++) {
    const account = await makeAccount(`resetter${n}@example.com`);
    await prepareReset(account);
    resetters.push(account);
  }
});
afterAll(async () => {
  await server.stop();
  await smtp.stop();
});

async function makeAccount(email: string): Promise<Account> {
  const credentials = { email, password: `pebble harbour quilt ${email}` };
  await createOperator(server, credentials);
  const acting = await session(server.baseUrl, credentials);
  const bystander = await session(server.baseUrl, credentials);
  return { ...credentials, active: false, secret: '', reset: undefined, acting, bystander, changes: 0 };
}

/** MFA on, a mailed link at hand, and a second session. */
async function prepareReset(account: Account): Promise<void> {
  account.secret = await beginMfa(account.acting);
  const phone = authenticator(account.secret);
  const mfaOTPCode = await phone.next();
  const path = `/v1/operators/${account.acting.operatorId}/mfa/verify`;
  const begun = performance.now();
  const { json } = await account.acting.call('POST', path, { mfaOTPCode });
  longest = Math.max(longest, 3 * (performance.now() - begun));
  const [backupCode = ''] = json['backupCodes'] as string[];
  account.bystander = await session(server.baseUrl, account, await phone.next());
  account.reset = { token: await resetToken(server, smtp, account), backupCode };
  account.active = true;
  account.changes += 1;
}

/** The request of an operation, made ready so that only itself is left to be killed. */
async function prepare(account: Account): Promise<{ operation: Operation; send: Send }> {
  const { email, password, reset, acting } = account;
  const mfa = `/v1/operators/${acting.operatorId}/mfa`;
  if (reset !== undefined) {
    const path = '/v1/operators/mfa_revoke_token/verify';
    return { operation: 'recover', send: () => request(server.baseUrl, 'POST', path, { email, password, ...reset }) };
  }
  if (account.active) return { operation: 'disable', send: () => acting.call('DELETE', mfa, { password }) };
  account.secret = await beginMfa(acting);
  const mfaOTPCode = await authenticator(account.secret).next();
  return { operation: 'confirm', send: () => acting.call('POST', `${mfa}/verify`, { mfaOTPCode }) };
}

async function killInTheMiddle(): Promise<Outcome[]> {
  const next = resetters.find((account) => account.reset !== undefined);
  const cast = next === undefined ? togglers : [...togglers, next];
  const prepared = await Promise.all(cast.map(async (account) => ({ account, ...(await prepare(account)) })));
  const answers = prepared.map(async ({ account, operation, send }) => {
    const answer = await send().catch(() => undefined);
    if (answer !== undefined && answer.status >= 300) throw new Error(`${operation} answered ${answer.status}`);
    return { account, operation, acknowledged: answer !== undefined };
  });
  await wait(5 + Math.random() * longest);
  await server.kill();
  const outcomes = await Promise.all(answers);
  // However fast the machine is: some are to be cut off, and some are to be done.
  if (outcomes.every(({ acknowledged }) => acknowledged)) longest = Math.max(10, longest * 0.7);
  else if (!outcomes.some(({ acknowledged }) => acknowledged)) longest *= 1.4;
  return outcomes;
}

/** Everything that shows on which side of the change an account is; a mixture belongs to neither. */
async function sideOf({ account, operation, acknowledged }: Outcome): Promise<'before' | 'after'> {
  const [active, acting, bystander] = [
    await asksForCode(server, account),
    await isAlive(account.acting),
    await isAlive(account.bystander),
  ];
  const now = { active, acting, bystander };
  const before = { active: operation !== 'confirm', acting: true, bystander: true };
  const after = { active: operation === 'confirm', acting: operation !== 'recover', bystander: false };
  const where = `${operation}, ${acknowledged ? 'acknowledged' : 'not acknowledged'}`;
  expect([acknowledged ? [after] : [before, after], where]).toEqual([expect.arrayContaining([now]), where]);
  return now.bystander ? 'before' : 'after';
}

/** Notes what happened, and brings the account to where the next round begins. */
async function settle({ account, operation, acknowledged }: Outcome, side: 'before' | 'after'): Promise<void> {
  const kind = `${operation} ${acknowledged ? 'acknowledged' : side === 'after' ? 'lost but done' : 'lost'}`;
  seen[kind] = (seen[kind] ?? 0) + 1;
  if (side === 'before') return;
  account.active = operation === 'confirm';
  account.changes += 1;
  account.reset = undefined;
  const phone = authenticator(account.secret);
  // The step of the confirmation is used; the next one is good at once.
  if (account.active) await phone.next();
  if (!(await isAlive(account.acting))) account.acting = await session(server.baseUrl, account);
  account.bystander = await session(server.baseUrl, account, account.active ? await phone.next() : undefined);
}

/** On a copy: opening the file itself would repair what the server has to repair. */
function integrity(): string {
  const copy = temporaryFolder('killed');
  for (const file of globSync(join(server.dataDir, 'warifu.db*')))
    cpSync(file, join(copy, file.split('/').at(-1) ?? ''));
  const database = new DatabaseSync(join(copy, 'warifu.db'));
  const { integrity_check: answer } = database.prepare('PRAGMA integrity_check').get() as { integrity_check: string };
  const broken = database.prepare('PRAGMA foreign_key_check').all().length;
  database.close();
  return `${answer}, ${broken} broken references`;
}

test(`R75: ${rounds} kills lose nothing that was acknowledged and leave nothing half done`, {
  timeout: 300_000 + rounds * 6000,
}, async () => {
  const end = performance.now() + Math.max(180_000, rounds * 5000);
  let done = 0;
  let slowestStart = 0;
  for (; done < rounds && performance.now() < end; done++) {
    const outcomes = await killInTheMiddle();
    expect(integrity()).toBe('ok, 0 broken references');
    server = await startServer({ smtpUrl: smtp.url, dataDir: server.dataDir, port: server.port });
    slowestStart = Math.max(slowestStart, server.startedIn);
    for (const outcome of outcomes) await settle(outcome, await sideOf(outcome));
  }
  // How long a start may take is no matter of a test: it depends on what else the machine does.
  console.log(`${done} rounds: ${JSON.stringify(seen)}; slowest start ${slowestStart.toFixed(0)} ms`);
  expect(done).toBeGreaterThanOrEqual(20);
  for (const operation of ['confirm', 'disable', 'recover']) {
    const times = Object.entries(seen).filter(([kind]) => kind.startsWith(operation));
    expect(times.length).toBeGreaterThanOrEqual(operation === 'recover' ? 1 : 2);
  }
});

test('the audit log is one chain, with one record for each change', async () => {
  for (const account of [...togglers, ...resetters]) {
    const answer = await account.acting.call('GET', '/v1/audit_logs/api?limit=1000');
    const records = (
      JSON.parse(answer.body) as {
        sequence: number;
        hash: string;
        previousHash: string;
        apiKind: string;
        outcome: string;
      }[]
    ).toReversed();
    expect(records.length).toBeGreaterThan(0);
    for (const [index, record] of records.entries()) {
      if (index > 0) expect(record.previousHash).toBe(records[index - 1]?.hash);
      expect(record.sequence).toBe((records[0]?.sequence ?? 0) + index);
    }
    const changes = records.filter(
      ({ apiKind, outcome }) => outcome === 'success' && /:(verifyMFA|revokeMFA|verifyMFARevokingToken)$/.test(apiKind),
    );
    expect(changes.length).toBe(account.changes);
  }
});
