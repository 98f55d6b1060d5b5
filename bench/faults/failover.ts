import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, request, secretOf, session, signIn } from '../../e2e/support/api.ts';
import { authenticator } from '../../e2e/support/oath.ts';
import { type Smtp, startSmtp } from '../../e2e/support/smtp.ts';
import { type ScaleOut, startScaleOut } from '../../scripts/scale-out/cluster.ts';
import { type Node, primaryOf, untilWhole } from '../../scripts/scale-out/database.ts';
import { withoutSettings } from '../world.ts';
import { type Finding, findingOf } from './finding.ts';
import { type Account, startLoad } from './load.ts';
import { makeAccounts } from './target.ts';

const servers = 3;
const atOnce = 12;

/** Failovers of PostgreSQL under load, and what must happen once over all servers. */
export async function tryFailover(rounds: number): Promise<Finding[]> {
  const smtp = await startSmtp();
  const running = await startScaleOut({ servers, env: { WARIFU_SMTP_URL: smtp.url } });
  try {
    const accounts = await makeAccounts(hostEnv(running), 6);
    const [one, ...others] = accounts as [Account, ...Account[]];
    const findings = [await onceOverAll(running, smtp, one), await endedOverAll(running, one)];
    for (const [fault, run] of Object.entries(failovers)) {
      const share = Math.max(1, Math.round(rounds / Object.keys(failovers).length));
      findings.push(await underLoad(running, others, { fault, run, rounds: share }));
    }
    return findings;
  } finally {
    await running.stop();
    await smtp.stop();
  }
}

function hostEnv({ folder, url, databaseUrl }: ScaleOut): Record<string, string> {
  return {
    ...withoutSettings(),
    WARIFU_DATA_DIR: `${folder}/server1`,
    WARIFU_BASE_URL: url,
    WARIFU_DATABASE_URL: databaseUrl,
  };
}

const failovers: Record<string, (running: ScaleOut, primary: Node) => Promise<void>> = {
  'primary: PostgreSQL killed': async (_, primary) => primary.killPostgres(),
  'primary: the whole node killed': async (_, primary) => {
    await primary.kill();
    await delay(30_000);
    primary.start();
  },
  'every standby killed for 10 s': async ({ database: { nodes } }, primary) => {
    const standbys = nodes.filter((node) => node !== primary);
    await Promise.all(standbys.map((node) => node.kill()));
    await delay(10_000);
    for (const node of standbys) node.start();
  },
  'switched over by a person': async (_, primary) => {
    const body = JSON.stringify({ leader: primary.name });
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    await fetch(`http://127.0.0.1:${primary.api}/switchover`, options);
  },
};

type Fault = {
  readonly fault: string;
  readonly run: (running: ScaleOut, primary: Node) => Promise<void>;
  readonly rounds: number;
};

async function underLoad(running: ScaleOut, accounts: readonly Account[], { fault, run, rounds }: Fault) {
  const { nodes } = running.database;
  const load = await startLoad([running.url], accounts);
  await delay(2000);
  const gaps: number[] = [];
  let moved = 0;
  for (let round = 0; round < rounds; round++) {
    await untilWhole(nodes);
    const before = await primaryOf(nodes);
    const since = performance.now();
    await run(running, before);
    const { acknowledged } = load.ledger;
    while (load.ledger.acknowledged < acknowledged + 50) await delay(50);
    await untilWhole(nodes);
    gaps.push(load.longestGap(since));
    if ((await primaryOf(nodes)).name !== before.name) moved += 1;
  }
  const since = performance.now();
  const found = await findingOf(load, running, { fault, rounds, since, note: `${moved} times another primary` });
  return { ...found, longestGap: Math.max(...gaps) };
}

/** The same secret at the same instant at every server: one of them takes it. */
async function onceOverAll({ each, url }: ScaleOut, smtp: Smtp, account: Account): Promise<Finding> {
  const { email, password, operatorId } = account;
  const root = await session(url, account);
  const mfa = `/v1/operators/${operatorId}/mfa`;
  const phone = authenticator(secretOf((await root.call('POST', mfa)).json['totpUri']));
  const confirmed = await root.call('POST', `${mfa}/verify`, { mfaOTPCode: await phone.next() });
  const backupCode = (confirmed.json['backupCodes'] as string[])[0];
  const counts: string[] = [];
  const lost: string[] = [];
  const race = async (what: string, ask: (server: string) => Promise<Answer>) => {
    const answers = await Promise.all(Array.from({ length: atOnce }, (_, i) => ask(each[i % each.length] as string)));
    const successes = answers.filter(({ status }) => status < 300).length;
    counts.push(`${what}: ${successes} of ${atOnce}`);
    if (successes !== 1) lost.push(`${what}: ${successes} successes`);
  };
  const code = await phone.next();
  await race('an OTP', (server) => signIn(server, account, code));
  const linkIn = (path: string) =>
    smtp.waitFor(({ to, text }) => to.includes(email) && text.includes(path)).then(({ text }) => tokenIn(text, path));
  await request(url, 'POST', '/v1/operators/mfa_revoke_token/issue', { email, password });
  const token = await linkIn('/mfa/reset/verify');
  const reset = { email, password, token, backupCode };
  await race('a mailed link with a backup code', (server) =>
    request(server, 'POST', '/v1/operators/mfa_revoke_token/verify', reset),
  );
  await request(url, 'POST', '/v1/auth/password_reset_token/issue', { email });
  const next = { token: await linkIn('/password/reset'), password: `${password}, and another` };
  await race('a mailed link for a password', (server) =>
    request(server, 'POST', '/v1/auth/password_reset_token/verify', next),
  );
  return row('one secret at all servers at once', atOnce, lost, counts.join(', '));
}

function tokenIn(text: string, path: string): string {
  const [link = ''] = text.split(/\s+/).filter((word) => word.includes(path) && word.includes('#'));
  return new URL(link).hash.slice(1).replace(/^token=/, '');
}

/** A session that ended at one server is asked for at the others at once, until they refuse it. */
async function endedOverAll({ each }: ScaleOut, { email, password }: Account): Promise<Finding> {
  const lost: string[] = [];
  let slowest = 0;
  for (let round = 0; round < 10; round++) {
    const ended = await session(each[round % each.length] as string, { email, password: `${password}, and another` });
    const headers = { 'x-soracom-api-key': ended.apiKey, 'x-soracom-token': ended.token };
    const path = `/v1/operators/${ended.operatorId}/mfa`;
    await ended.call('POST', '/v1/auth/logout');
    const begun = performance.now();
    for (const server of each)
      while ((await request(server, 'GET', path, undefined, headers)).status !== 401) await delay(5);
    slowest = Math.max(slowest, performance.now() - begun);
  }
  if (slowest > 1000) lost.push('a session outlived its end by more than a second');
  return { ...row('a session ended at one server', 10, lost, 'refused by all servers'), slowest };
}

function row(fault: string, rounds: number, lost: string[], note: string): Finding {
  return { fault, rounds, acknowledged: rounds, lost, longestGap: undefined, slowest: undefined, note };
}
