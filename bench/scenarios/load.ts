import { setTimeout as wait } from 'node:timers/promises';
import { freePort, startPostgres } from '../../scripts/postgres.ts';
import { asHostCommand, openDatabase } from '../../server/src/db/database.ts';
import { queueState } from '../../server/src/mail/delivery-state.ts';
import { openMailbox } from '../faults/mailbox.ts';
import { makeAccounts } from '../faults/target.ts';
import type { Options } from '../options.ts';
import { cpuOf, residentOf } from '../servers.ts';
import { turnMfaOn } from '../storm/mfa.ts';
import { phasesFor, type Storm } from '../storm/phases.ts';
import { type Outcome, sendStream, showStatuses } from '../storm/streams.ts';
import { figures, type Section } from '../table.ts';
import { createWorld, type World } from '../world.ts';

/** Root users who are attacked, each of an operator of its own; the first ones have MFA on. */
const targets = { all: 20, withMfa: 10 };

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

async function onEngine(
  { seconds, passes }: Options,
  engine: string,
  databaseUrl: string | undefined,
): Promise<Section> {
  const mailPort = await freePort();
  const metricsPort = await freePort();
  const env = {
    WARIFU_TRUSTED_PROXIES: '127.0.0.1/32',
    WARIFU_SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
    WARIFU_MAIL_FROM: 'bench@example.com',
    WARIFU_METRICS_PORT: String(metricsPort),
  };
  await using world = await createWorld({ sessions: 1000, core: undefined, env, ...(databaseUrl && { databaseUrl }) });
  const accounts = await makeAccounts(world.env, targets.all);
  const withMfa = accounts.slice(0, targets.withMfa);
  for (const account of withMfa) await turnMfaOn(world.server.url, account);
  // From now on the addresses of these people are known.
  await sendStream({ requests: world.signIns, perSecond: 10, seconds: 4 });
  const rows: string[][] = [];
  const { pid } = world.server;
  let quiet: number | undefined;
  const add = async (name: string, measuring: () => Promise<string[]>, storms: readonly Storm[] = []) => {
    const before = cpuOf(pid);
    const measured = await measuring();
    const used = cpuOf(pid) - before;
    quiet ??= used;
    const sent = seconds * storms.reduce((sum, { perSecond }) => sum + perSecond, 0);
    const each = sent === 0 ? '' : ((used - quiet) / sent).toFixed(2);
    rows.push([name, ...measured, each, figures(residentOf(pid)), await heapOf(metricsPort)]);
    await wait(2000);
  };
  for (let pass = 1; pass <= passes; pass++) {
    for (const { name, storms } of phasesFor({ accounts, withMfa })) {
      await add(pass === 1 ? name : `${name} (${pass})`, () => measure(world, storms, seconds), storms);
    }
  }
  await add('the mail server is back', () => whileMailsLeave(world, mailPort, seconds));
  await add('after the storms', () => measure(world, [], seconds));
  const base = ['GET p50', 'GET p99', 'GET well', 'sign-in p95', 'sign-ins well'];
  return {
    title: `Storms, ${engine}`,
    notes: [
      `${seconds} seconds each. Beside them 200 calls of SAM users and 2 right sign-ins a second, from sources that are`,
      'known. Milliseconds from when a request was due; "well" is the share of 2xx within two seconds; "CPU" is the',
      'server\'s processor time for each request of the storm, its hashes included, beyond that of the first row; "MB"',
      'is resident memory, "heap MB" what of it is in use by JavaScript, garbage that was not yet collected included.',
    ],
    rows: [['storm', ...base, 'storm p50', 'answers to the storm', 'CPU ms', 'MB', 'heap MB'], ...rows],
  };
}

/** The heap in use, as the server's own metrics tell it. */
async function heapOf(metricsPort: number): Promise<string> {
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const bytes = /^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1];
  return figures(Number(bytes) / 1e6);
}

/** Until then the mails that waited for a mail server must have left. */
const longestDrain = 5 * 60_000;

/** The base load while the mails leave that could not be sent before; it ends with them at the earliest. */
async function whileMailsLeave(world: World, port: number, seconds: number): Promise<string[]> {
  const db = openDatabase(world.databaseUrl, () => {}, asHostCommand);
  const queue = { db, now: Date.now };
  const before = await queueState(queue);
  const mailbox = await openMailbox(port);
  const begun = performance.now();
  const left = async () => {
    while ((await queueState(queue)).waiting > 0 && performance.now() - begun < longestDrain) await wait(200);
    const { waiting } = await queueState(queue);
    return `${before.waiting - waiting} of ${before.waiting} mails left in ${figures((performance.now() - begun) / 1000)} s`;
  };
  try {
    const [measured, mails] = await Promise.all([measure(world, [], seconds), left()]);
    return [...measured.slice(0, -1), mails];
  } finally {
    mailbox.stop();
    await db.destroy();
  }
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
