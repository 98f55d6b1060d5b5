import { bareHttp, calls, health, startBare } from '../candidates.ts';
import type { Options } from '../options.ts';
import { conditions, pinnedCores, rowsOf } from '../readings.ts';
import type { Section } from '../table.ts';
import { takeTurns } from '../turns.ts';
import { createWorld } from '../world.ts';

/** Authenticated and authorised calls on SQLite, beside bare `node:http`. */
export async function measureCalls(options: Options): Promise<Section[]> {
  await using bare = await startBare();
  await using world = await createWorld({ sessions: 1000 });
  const candidates = [health(world), calls(world, 'root'), calls(world, 'sam'), calls(world, 'authKey')];
  const readings = await takeTurns(bareHttp(bare), candidates, options);
  const notes = [conditions(options, options.connections, pinnedCores)];
  return [{ title: 'Calls, SQLite, 1,000 sessions', notes, rows: rowsOf(readings) }];
}
