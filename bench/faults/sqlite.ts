import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { capture } from '../../scripts/processes.ts';
import { type Finding, findingOf, untried } from './finding.ts';
import { type Load, startLoad } from './load.ts';
import { startTarget, type Target } from './target.ts';

const seconds = 1000;

/** The kill loop of the tests, as often as is asked for; and their kills at every statement of a migration. */
export async function tryKills(rounds: number): Promise<Finding[]> {
  const env = { ...process.env, WARIFU_TEST_KILLS: String(rounds) };
  const loop = await tests(['--only', 'e2e', 'kill-loop'], env);
  const [, done = '0', seen = '{}', slowest = '?'] =
    /(\d+) rounds: (\{.*\}); slowest start (\d+) ms/.exec(loop.output) ?? [];
  const counts = JSON.parse(seen) as Record<string, number>;
  const acknowledged = Object.entries(counts).filter(([kind]) => kind.endsWith(' acknowledged'));
  const kills: Finding = {
    ...nothing('server killed while MFA goes on, off, or is reset', Number(done)),
    acknowledged: acknowledged.reduce((sum, [, count]) => sum + count, 0),
    lost: loop.code === 0 ? [] : ['see the output of the test'],
    note: `${seen.slice(1, -1).replaceAll('"', '')}; slowest start ${slowest} ms`,
  };
  const ddl = await tests(['--only', 'server', 'test/migration-cut'], process.env);
  const [, passed = '0'] = /^(\d+) passed/m.exec(ddl.output) ?? [];
  const migration: Finding = {
    ...nothing('migration ended at each of its statements', Number(passed)),
    lost: ddl.code === 0 ? [] : ['see the output of the test'],
    note: 'SQLite and PostgreSQL: wholly before or wholly after',
  };
  return [kills, migration];
}

async function tests(args: readonly string[], env: NodeJS.ProcessEnv) {
  const ended = await capture(process.execPath, ['scripts/test.ts', ...args], { env });
  if (ended.code !== 0) console.error(ended.output);
  return ended;
}

function nothing(fault: string, rounds: number): Finding {
  return { fault, rounds, acknowledged: rounds, lost: [], longestGap: undefined, slowest: undefined, note: '' };
}

/** Another process holds the write lock; meanwhile nothing else may stand still. */
export async function tryLock(rounds: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const held of [0.5, 5, 20]) {
    const fault = `write lock held for ${held} s by another process`;
    findings.push(
      await underLoad(fault, rounds, async (target) => {
        const holding = hold(join(target.folder, 'warifu.db'), held);
        const waits = await probe(`${target.url}/healthz`, held * seconds);
        await holding;
        waits.sort((a, b) => a - b);
        return `/healthz p50 ${(waits[waits.length >> 1] ?? 0).toFixed(0)} ms, at most ${(waits.at(-1) ?? 0).toFixed(0)} ms`;
      }),
    );
  }
  return findings;
}

/** In a process of its own: the lock is the other process's. */
async function hold(file: string, held: number): Promise<void> {
  const script = `const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync(process.argv[1], { timeout: 10000 });
db.exec('begin immediate');
setTimeout(() => db.exec('rollback'), ${held * seconds});`;
  const child = spawn(process.execPath, ['-e', script, file], { stdio: 'inherit' });
  await new Promise((resolve) => child.once('close', resolve));
}

async function probe(url: string, milliseconds: number): Promise<number[]> {
  const waits: number[] = [];
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    const begun = performance.now();
    await (await fetch(url)).arrayBuffer();
    waits.push(performance.now() - begun);
    await delay(20);
  }
  return waits;
}

async function underLoad(
  fault: string,
  rounds: number,
  work: (target: Target, load: Load) => Promise<string>,
  folder?: string,
): Promise<Finding> {
  console.error(`  ${fault} …`);
  const target = await startTarget(folder === undefined ? {} : { folder });
  try {
    const load = await startLoad([target.url], target.accounts);
    await delay(seconds);
    const since = performance.now();
    let note = '';
    for (let round = 0; round < rounds; round++) {
      note = await work(target, load);
      const { acknowledged } = load.ledger;
      while (load.ledger.acknowledged < acknowledged + 20) await delay(50);
    }
    return await findingOf(load, target, { fault, rounds, since, note });
  } finally {
    await target.stop();
  }
}

const small = 16;

/** A file system that fills up while writes go on, and gets space again. Only root can make one. */
export async function tryDisk(rounds: number): Promise<Finding[]> {
  const fault = 'disk full, then space again';
  const folder = mkdtempSync(join(tmpdir(), 'warifu-full-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${small}m,mode=700`, 'tmpfs', folder]).status !== 0) {
    return [untried(fault, 'only root can make a small file system')];
  }
  const ballast = join(folder, 'ballast');
  try {
    return [
      await underLoad(
        fault,
        rounds,
        async (target, load) => {
          spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k']);
          const { acknowledged } = load.ledger;
          await delay(4 * seconds);
          const meanwhile = load.ledger.acknowledged - acknowledged;
          const [ready, alive] = await Promise.all([`${target.url}/readyz`, `${target.url}/healthz`].map(said));
          rmSync(ballast);
          return `while full: ${meanwhile} acknowledged in 4 s, /readyz ${ready}, /healthz ${alive}`;
        },
        join(folder, 'data'),
      ),
    ];
  } finally {
    spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A probe's status, and the reason that it gives. */
async function said(url: string): Promise<string> {
  const answer = await fetch(url);
  const { reason = '' } = (await answer.json()) as { reason?: string };
  return `${answer.status} ${reason}`.trim();
}

type Files = { readonly database: string; readonly wal: string; readonly shm: string };

/** Of the write-ahead log, behind its header and the header of its first frame: what follows counts no more. */
const firstPage = 32 + 24;

/** What happens to the files while no server runs. */
const damages: Record<string, (files: Files) => void> = {
  'nothing but the kill': () => {},
  '-shm removed': ({ shm }) => rmSync(shm, { force: true }),
  '-wal cut by 100 bytes': ({ wal }) => truncateSync(wal, Math.max(0, statSync(wal).size - 100)),
  '-wal cut within its first page': ({ wal }) => truncateSync(wal, firstPage + 100),
  'a bit of -wal flipped': ({ wal }) => flip(wal, firstPage),
  '-wal removed': ({ wal }) => rmSync(wal, { force: true }),
  'header of the database zeroed': ({ database }) => overwrite(database, 0, Buffer.alloc(100)),
  'a page of the database zeroed': ({ database }) => overwrite(database, 4096 * 5, Buffer.alloc(4096)),
};

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

function overwrite(file: string, at: number, part: Buffer): void {
  const bytes = readFileSync(file);
  part.copy(bytes, at);
  writeFileSync(file, bytes);
}

/** A server that is killed, and whose files are damaged then: what is lost must be told. */
export async function tryDamage(): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [fault, damage] of Object.entries(damages)) {
    console.error(`  ${fault} …`);
    findings.push(await damaged(fault, damage));
  }
  return findings;
}

/** What was acknowledged in the last second may be lost unnoticed (decision 0027): so long nobody asks for anything before. */
const quiet = 2 * seconds;

async function damaged(fault: string, damage: (files: Files) => void): Promise<Finding> {
  const logged: string[] = [];
  const target = await startTarget({ onLine: (line) => logged.push(line) });
  try {
    const load = await startLoad([target.url], target.accounts);
    await delay(2 * seconds);
    await load.stop();
    await delay(quiet);
    await target.kill();
    const database = join(target.folder, 'warifu.db');
    damage({ database, wal: `${database}-wal`, shm: `${database}-shm` });
    const row = { ...nothing(fault, 1), acknowledged: load.ledger.acknowledged };
    const { output } = await target.command('audit', 'verify');
    const doctor = await target.command('doctor', '--audit');
    const told = `audit verify: ${inShort(output)}; doctor: ${errorsOf(doctor.output)}`;
    if (!(await starts(target))) return { ...row, note: `the server does not start; ${told}` };
    // That sessions end is right after a loss. What is missing is named by its operator.
    const gone = (await load.lost(target.url)).filter((loss) => !loss.includes(': the session of '));
    const start = logged.filter((line) => line.includes('an earlier state of itself')).join('\n');
    const isNamed = (text: string) => (loss: string) => text.includes(loss.slice(0, loss.indexOf(':')));
    const lost = gone.filter((loss) => !isNamed(start)(loss) || !isNamed(output)(loss));
    const atStart = start === '' ? 'the start says nothing' : 'the start names it';
    return { ...row, lost, note: `${gone.length} acknowledged are gone; ${atStart}; ${told}` };
  } finally {
    await target.stop();
  }
}

/** What `warifu audit verify` says: how many records are missing, or its first line. */
function inShort(output: string): string {
  const missing = [...output.matchAll(/the last (\d+) of/g)].map(([, count]) => Number(count));
  if (missing.length === 0) return output.split('\n')[0] ?? '';
  return `${missing.length} chains lack ${missing.reduce((sum, count) => sum + count, 0)} records`;
}

/** What `warifu doctor` says is broken: the first of it, and how much there is. */
function errorsOf(output: string): string {
  const errors = output.split('\n').filter((line) => line.startsWith('ERROR'));
  if (errors.length === 0) return 'no error';
  return `${errors.length} errors, ${errors[0]?.replace(/^ERROR\s+/, '').replaceAll(/\s+/g, ' ')}`;
}

async function starts(target: Target): Promise<boolean> {
  try {
    await target.restart();
    return true;
  } catch {
    return false;
  }
}
