import { loadGenerator } from '../load.ts';
import { serverCore } from '../machine.ts';
import type { Options } from '../options.ts';
import { oneRequest } from '../requests.ts';
import { type Server, startProgram } from '../servers.ts';
import { type Candidate, type Readings, takeTurns } from '../slices.ts';
import { figures, type Section, showSpread } from '../table.ts';
import { createWorld, type World } from '../world.ts';

/** Authenticated and authorised calls on SQLite, beside bare `node:http`. */
export async function measureCalls(options: Options): Promise<Section[]> {
  await using bare = await startBare();
  await using world = await createWorld({ sessions: 1000 });
  const readings = await takeTurns(floorOf(bare), callsOn(world), options);
  return [{ title: 'Calls, SQLite, 1,000 sessions', notes: [conditions(options)], rows: rowsOf(readings) }];
}

function startBare(): Promise<Server> {
  return startProgram({ script: 'bench/bare/http.ts', core: serverCore });
}

/** The floor that everything over HTTP is divided by. */
function floorOf(server: Server): Candidate {
  const isRight = (text: string) => text.length === 200 && text.includes('"alive"');
  return { name: 'bare node:http, 200 bytes', requests: oneRequest(server.url, '/'), server, isRight };
}

function callsOn(world: World): Candidate[] {
  const { server, calls } = world;
  const isAlive = (text: string) => text === '{"status":"alive"}';
  return [
    { name: '/healthz', requests: oneRequest(server.url, '/healthz'), server, isRight: isAlive },
    { name: 'root user: getMFAStatus', requests: calls.root, server, isRight: isInactive },
    samCalls(world),
    { name: 'AuthKey session: getUserMFAStatus', requests: calls.authKey, server, isRight: isInactive },
  ];
}

/** The call that most goals speak of. */
function samCalls({ server, calls }: World, name = 'SAM user: getUserMFAStatus'): Candidate {
  return { name, requests: calls.sam, server, isRight: isInactive };
}

/** Nobody of a world has MFA on. */
function isInactive(text: string): boolean {
  return (JSON.parse(text) as { status: string }).status === 'INACTIVE';
}

/** A sentence about how slices were taken. */
function conditions({ rounds, seconds, connections }: Options): string {
  const how = `${rounds} rounds of ${seconds} s slices, ${connections} connections by ${loadGenerator()}`;
  return `${how}; servers on core 0, load on core 1; median (least–most); ÷: by the floor of the same round.`;
}

/** The table of readings that took turns. */
function rowsOf(readings: readonly Readings[]): string[][] {
  const header = ['what', 'requests/s', '÷ floor', 'p50 ms', 'p99 ms', 'p99 ÷ floor', 'server busy'];
  return [header, ...readings.map(rowOf)];
}

function rowOf({ name, perSecond, ofFloor, p50, p99, busy }: Readings): string[] {
  return [
    name,
    figures(perSecond.median),
    showSpread(ofFloor.perSecond),
    figures(p50.median),
    figures(p99.median),
    showSpread(ofFloor.p99),
    `${Math.round(busy.median * 100)} %`,
  ];
}
