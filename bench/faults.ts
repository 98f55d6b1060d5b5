import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildServer } from '../scripts/build.ts';
import { onInterrupt } from '../scripts/processes.ts';
import { tryClock } from './faults/clock.ts';
import { tryFailover } from './faults/failover.ts';
import { type Finding, header, rowOf } from './faults/finding.ts';
import { tryPackets } from './faults/packets.ts';
import { tryPostgres } from './faults/postgres.ts';
import { trySmtp } from './faults/smtp.ts';
import { tryDamage, tryDisk, tryKills, tryLock } from './faults/sqlite.ts';
import { describeMachine } from './machine.ts';
import { renderSection } from './table.ts';

const help = `npx node bench/faults.ts                 every fault, under load; what was acknowledged, and what was found after
  --only NAME[,NAME…]                    some of them
  --rounds N                             how often each; a long run has 200 kills
  --out FILE                             the tables as Markdown`;

type Scenario = {
  readonly title: string;
  readonly note: string;
  readonly rounds: number;
  readonly run: (rounds: number) => Promise<Finding[]>;
};

const load =
  'Four clients make and remove users, sign in and sign out. A gap is a time in which nobody was acknowledged.';

const scenarios: Record<string, Scenario> = {
  kill: {
    title: 'Kills, SQLite',
    note: 'After each kill everything is compared: what was acknowledged is there, the rest is wholly there or not at all.',
    rounds: 30,
    run: tryKills,
  },
  lock: { title: 'Another process that writes, SQLite', note: load, rounds: 2, run: tryLock },
  disk: { title: 'A full disk, SQLite', note: load, rounds: 3, run: tryDisk },
  damage: {
    title: 'Damaged files, SQLite',
    note: 'Two seconds after a load the server is killed and its files are damaged. What is destroyed is gone; it must be named.',
    rounds: 1,
    run: tryDamage,
  },
  clock: {
    title: 'A clock that steps',
    note: 'The clock of the server alone, with its timers going on. Acknowledged is what came out as it must.',
    rounds: 3,
    run: tryClock,
  },
  smtp: {
    title: 'Each answer of a mail server',
    note: 'One mail for each; the answers after the fault are in order. The clock is put ahead by what the server waits for.',
    rounds: 1,
    run: trySmtp,
  },
  postgres: {
    title: 'PostgreSQL, and the way to it',
    note: load,
    rounds: 3,
    run: tryPostgres,
  },
  packets: {
    title: 'PostgreSQL behind a network that drops packets',
    note: `In a network of its own, by iptables. ${load}`,
    rounds: 3,
    run: tryPackets,
  },
  failover: {
    title: 'Three servers, PgBouncer, and PostgreSQL that fails over',
    note: 'Patroni with a synchronous standby. A gap is a time in which nobody was acknowledged.',
    rounds: 20,
    run: tryFailover,
  },
};

onInterrupt(() => Promise.resolve());

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
const names = values.only?.split(',') ?? Object.keys(scenarios);
const unknown = names.filter((name) => !(name in scenarios));
if (values.help || unknown.length > 0) {
  console.error(`${help}\n\nThere are: ${Object.keys(scenarios).join(', ')}`);
  process.exit(values.help ? 0 : 2);
}

await buildServer();
const parts = [['# Faults', '', ...describeMachine(), ''].join('\n')];
for (const name of names) {
  const { title, note, rounds, run } = scenarios[name] as Scenario;
  console.error(`${title} …`);
  const findings = await run(values.rounds === undefined ? rounds : Number(values.rounds));
  if (findings.some(({ lost }) => lost.length > 0)) process.exitCode = 1;
  const section = renderSection({ title, notes: [note], rows: [header, ...findings.map(rowOf)] });
  console.log(section);
  parts.push(section);
  if (values.out) writeFileSync(values.out, `${parts.join('\n').trimEnd()}\n`);
}
