import { setTimeout as wait } from 'node:timers/promises';
import { freePort, startPostgres } from '../../scripts/postgres.ts';
import type { Options } from '../options.ts';
import type { Requests } from '../requests.ts';
import { residentOf } from '../servers.ts';
import { fromSources, type Outcome, sendStream, showStatuses } from '../storm/streams.ts';
import { figures, type Section } from '../table.ts';
import { createWorld, rootEmail, type World } from '../world.ts';

/** What comes beside the base load, so many a second. */
type Storm = { readonly perSecond: number; readonly requests: (url: string) => Requests };
type Phase = { readonly name: string; readonly storms: readonly Storm[] };

const wrong = 'a wrong pass phrase';
const operatorId = 'OP0000000001';

/** Wrong passwords, each for another name that nobody has. */
const strangers = (perSecond: number, sources: number): Storm => ({
  perSecond,
  requests: (url) => fromSources(url, '/v1/auth', { operatorId, userName: 'nobody#', password: wrong }, sources),
});
const at = (perSecond: number, path: string, body: object): Storm => ({
  perSecond,
  requests: (url) => fromSources(url, `/v1/${path}`, body, 250),
});

const verify = { token: 'random-#', email: rootEmail, password: wrong, backupCode: 'ABCD2345' };
const phases: readonly Phase[] = [
  { name: 'no storm', storms: [] },
  { name: 'wrong passwords, 100/s from 250 sources', storms: [strangers(100, 250)] },
  { name: 'wrong passwords, 500/s from 250 sources', storms: [strangers(500, 250)] },
  { name: 'wrong passwords, 500/s from one source', storms: [strangers(500, 1)] },
  { name: 'one account, 200/s from 250 sources', storms: [at(200, 'auth', { email: rootEmail, password: wrong })] },
  {
    name: 'MFA resets: 200/s asked for, 100/s tried',
    storms: [
      at(200, 'operators/mfa_revoke_token/issue', { email: rootEmail, password: wrong }),
      at(100, 'operators/mfa_revoke_token/verify', verify),
    ],
  },
  {
    name: 'password resets, 50/s, no mail server',
    storms: [at(50, 'auth/password_reset_token/issue', { email: 'nobody#@example.com' })],
  },
  { name: 'after the storms', storms: [] },
];

/**
 * Storms of what is refused, beside a base load of people at work. Every stream is bounded in rate and time, and goes to
 * a server on this computer that is started for it.
 */
export async function measureLoad(options: Options): Promise<Section[]> {
  const cluster = await startPostgres();
  try {
    return [await onEngine(options, 'SQLite', undefined), await onEngine(options, 'PostgreSQL', cluster.url)];
  } finally {
    await cluster.stop();
  }
}

async function onEngine({ seconds }: Options, engine: string, databaseUrl: string | undefined): Promise<Section> {
  const env = {
    WARIFU_TRUSTED_PROXIES: '127.0.0.1/32',
    WARIFU_SMTP_URL: `smtp://127.0.0.1:${await freePort()}`,
    WARIFU_MAIL_FROM: 'bench@example.com',
  };
  await using world = await createWorld({ sessions: 1000, core: undefined, env, ...(databaseUrl && { databaseUrl }) });
  // From now on the addresses of these people are known.
  await sendStream({ requests: world.signIns, perSecond: 10, seconds: 4 });
  const rows = [];
  for (const { name, storms } of phases) {
    rows.push([name, ...(await measure(world, storms, seconds)), figures(residentOf(world.server.pid))]);
    await wait(2000);
  }
  const base = ['GET p50', 'GET p99', 'GET well', 'sign-in p95', 'sign-ins well'];
  return {
    title: `Storms, ${engine}`,
    notes: [
      `${seconds} seconds each. Beside them 200 calls of SAM users and 2 right sign-ins a second, from sources that are`,
      'known. Milliseconds from when a request was due; "well" is the share of 2xx within two seconds.',
    ],
    rows: [['storm', ...base, 'storm p50', 'answers to the storm', 'MB'], ...rows],
  };
}

async function measure(world: World, storms: readonly Storm[], seconds: number): Promise<string[]> {
  const { url } = world.server;
  const send = ({ requests, perSecond }: Storm) => sendStream({ requests: requests(url), perSecond, seconds });
  const [gets, signIns, ...others] = (await Promise.all([
    sendStream({ requests: world.calls.sam, perSecond: 200, seconds }),
    sendStream({ requests: world.signIns, perSecond: 2, seconds }),
    ...storms.map(send),
  ])) as [Outcome, Outcome, ...Outcome[]];
  const percent = ({ well }: Outcome) => `${(well * 100).toFixed(1)} %`;
  return [
    figures(gets.p50),
    figures(gets.p99),
    percent(gets),
    figures(signIns.p95),
    percent(signIns),
    others.map(({ p50 }) => figures(p50)).join('; '),
    others.map(showStatuses).join('; '),
  ];
}
