import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { capture } from '../../scripts/processes.ts';
import { type Finding, untried } from './finding.ts';
import { withScene } from './postgres.ts';

const seconds = 1000;
/** With a network of one's own, in which root of that network drops what it likes and nobody else is touched. */
const alone = process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-current-user', '--keep-caps', '--net'];
const up = 'ip link set lo up && iptables -A INPUT -j ACCEPT';

/** Which packets are lost for 10 s, by the port of PostgreSQL. */
const losses: Record<string, (port: number) => readonly string[]> = {
  'packets to PostgreSQL dropped for 10 s': (port) => ['--dport', String(port)],
  'packets from PostgreSQL dropped for 10 s': (port) => ['--sport', String(port)],
};

/** PostgreSQL behind a network that drops packets, as the kernel drops them: without a word to either side. */
export async function tryPackets(rounds: number): Promise<Finding[]> {
  if (spawnSync('unshare', [...alone, 'sh', '-c', up]).status !== 0) {
    return Object.keys(losses).map((fault) => untried(fault, 'the kernel makes no network with iptables for us'));
  }
  const script = join(import.meta.dirname, 'packets-alone.ts');
  const inside = ['sh', '-c', `${up} && exec "$@"`, 'sh', process.execPath, script, String(rounds)];
  const { code, output } = await capture('unshare', [...alone, ...inside]);
  const line = output.split('\n').findLast((one) => one.startsWith('[{'));
  if (code !== 0 || line === undefined) throw new Error(output);
  return JSON.parse(line) as Finding[];
}

/** In the network of its own. */
export async function tryAlone(rounds: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [fault, packets] of Object.entries(losses)) {
    const run = async (port: number) => {
      const rule = ['INPUT', '-p', 'tcp', ...packets(port), '-j', 'DROP'];
      iptables('-I', ...rule);
      await delay(10 * seconds);
      iptables('-D', ...rule);
    };
    findings.push(await withScene({ fault, rounds, run: ({ port }) => run(port) }));
  }
  return findings;
}

function iptables(...args: string[]): void {
  const { status, stderr } = spawnSync('iptables', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`iptables ${args.join(' ')}: ${stderr}`);
}
