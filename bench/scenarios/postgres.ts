import { startPostgres } from '../../scripts/postgres.ts';
import { calls } from '../candidates.ts';
import { inProcess } from '../in-process.ts';
import { serverCore } from '../machine.ts';
import type { Options } from '../options.ts';
import { overHttp } from '../over-http.ts';
import { conditions, pinnedCores, rowsOf } from '../readings.ts';
import { oneRequest } from '../requests.ts';
import { startProgram } from '../servers.ts';
import { figures, type Section } from '../table.ts';
import { takeTurns } from '../turns.ts';
import { createWorld } from '../world.ts';

const script = 'bench/bare/postgres.ts';

/** The same calls on PostgreSQL, beside bare prepared look-ups with the same client, with and without HTTP. */
export async function measurePostgres(options: Options): Promise<Section[]> {
  const cluster = await startPostgres();
  try {
    await using world = await createWorld({ sessions: 1000, databaseUrl: cluster.url });
    await using bare = await startProgram({ script, args: ['http', cluster.url], core: serverCore });
    const loop = inProcess({ name: 'bare pg look-ups, no HTTP', script, args: [cluster.url], core: serverCore });
    const isRight = (text: string) => text === '{"status":"INACTIVE"}';
    const lookUps = {
      name: 'node:http, one bare pg look-up',
      requests: oneRequest(bare.url, '/'),
      server: bare,
      isRight,
    };
    const candidates = [overHttp(lookUps), calls(world, 'root'), calls(world, 'sam')];
    const readings = await takeTurns(loop, candidates, options);
    const [, http, , sam] = readings.map(({ perSecond }) => perSecond.median) as [number, number, number, number];
    const notes = [
      conditions(options, options.connections, `${pinnedCores}, PostgreSQL on any; pools of 10 connections`),
      `SAM user ÷ HTTP with one bare look-up: ${figures(sam / http)}.`,
    ];
    return [{ title: 'Calls, PostgreSQL, 1,000 sessions', notes, rows: rowsOf(readings) }];
  } finally {
    await cluster.stop();
  }
}
