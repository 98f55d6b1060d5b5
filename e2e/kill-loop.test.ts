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

const rounds = 50;
const accountsPerRound = 3;
/** An account may ask for three reset mails a day. */
const resetsEach = 3;

type Operation = 'confirm' | 'disable' | 'recover';
type Account = {
  email: string;
  password: string;
  resets: number;
  active: boolean;
  /** The codes of the current set; unknown when the answer that carried them was lost. */
  codes: string[] | undefined;
  /** The session that acts, and one that a change of MFA has to end. */
  acting: Session;
  bystander: Session;
  secret: string;
  changes: number;
};
type Outcome = { account: Account; operation: Operation; acknowledged: boolean };

let smtp: Smtp;
let server: Server;
const accounts: Account[] = [];
const seen = { acknowledged: 0, lost: 0, 'lost but done': 0 };

beforeAll(async () => {
  smtp = await startSmtp();
  server = await startServer({ smtpUrl: smtp.url });
  for (let n = 0; n < accountsPerRound; n++) {
    const credentials = { email: `owner${n}@example.com`, password: `pebble harbour quilt ${n}` };
    await createOperator(server, credentials);
    const acting = await session(server.baseUrl, credentials);
    const bystander = await session(server.baseUrl, credentials);
    accounts.push({
      ...credentials,
      resets: 0,
      active: false,
      codes: undefined,
      acting,
      bystander,
      secret: '',
      changes: 0,
    });
  }
});
afterAll(async () => {
  await server.stop();
  await smtp.stop();
});

/** The request of an operation, made ready so that only itself is left to be killed. */
async function prepare(
  account: Account,
): Promise<{ operation: Operation; send: () => Promise<{ status: number; json: Record<string, unknown> }> }> {
  const mfa = `/v1/operators/${account.acting.operatorId}/mfa`;
  if (!account.active) {
    account.secret = await beginMfa(account.acting);
    const mfaOTPCode = await authenticator(account.secret).next();
    return { operation: 'confirm', send: () => account.acting.call('POST', `${mfa}/verify`, { mfaOTPCode }) };
  }
  if (account.codes !== undefined && account.resets < resetsEach) {
    account.resets += 1;
    const { email, password } = account;
    const token = await resetToken(server, smtp, account);
    const body = { email, password, token, backupCode: account.codes[account.resets % 5] };
    const path = '/v1/operators/mfa_revoke_token/verify';
    return { operation: 'recover', send: () => request(server.baseUrl, 'POST', path, body) };
  }
  const { password } = account;
  return { operation: 'disable', send: () => account.acting.call('DELETE', mfa, { password }) };
}

async function killInTheMiddle(): Promise<Outcome[]> {
  const prepared = await Promise.all(accounts.map(async (account) => ({ account, ...(await prepare(account)) })));
  const answers = prepared.map(async ({ account, operation, send }) => {
    const answer = await send().catch(() => undefined);
    if (answer !== undefined && answer.status >= 300) throw new Error(`${operation} answered ${answer.status}`);
    if (operation === 'confirm') account.codes = answer?.json['backupCodes'] as string[] | undefined;
    return { account, operation, acknowledged: answer !== undefined };
  });
  await wait(5 + Math.random() * 295);
  await server.kill();
  return Promise.all(answers);
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
async function settle(outcome: Outcome, side: 'before' | 'after'): Promise<void> {
  const { account, acknowledged } = outcome;
  seen[acknowledged ? 'acknowledged' : side === 'after' ? 'lost but done' : 'lost'] += 1;
  if (side === 'before') return;
  account.active = outcome.operation === 'confirm';
  account.changes += 1;
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

test(`${rounds} kills lose nothing that was acknowledged and leave nothing half done`, {
  timeout: 300_000,
}, async () => {
  const end = performance.now() + 180_000;
  let done = 0;
  for (; done < rounds && performance.now() < end; done++) {
    const outcomes = await killInTheMiddle();
    expect(integrity()).toBe('ok, 0 broken references');
    server = await startServer({ smtpUrl: smtp.url, dataDir: server.dataDir, port: server.port });
    expect(server.startedIn).toBeLessThan(5000);
    for (const outcome of outcomes) await settle(outcome, await sideOf(outcome));
  }
  console.log(`${done} rounds: ${JSON.stringify(seen)}`);
  expect(done).toBeGreaterThanOrEqual(20);
  expect(seen.acknowledged).toBeGreaterThan(0);
  expect(seen.lost + seen['lost but done']).toBeGreaterThan(0);
});

test('the audit log is one chain, with one record for each change', async () => {
  for (const account of accounts) {
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
