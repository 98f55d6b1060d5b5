import { calls } from '../candidates.ts';
import type { Options } from '../options.ts';
import { conditions, pinnedCores, rowsOf } from '../readings.ts';
import { figures, type Section } from '../table.ts';
import { takeTurns } from '../turns.ts';
import { createWorld } from '../world.ts';

const few = 1000;

/** The same SAM calls, from a small and from a large table of sessions. */
export async function measureScale(options: Options): Promise<Section[]> {
  await using small = await createWorld({ sessions: few });
  await using large = await createWorld({ sessions: options.sessions });
  const many = figures(options.sessions);
  const { sam } = large.calls;
  const readings = await takeTurns(
    calls(small, 'sam', { name: `SAM user, ${figures(few)} sessions` }),
    [
      // As many sessions in use as the small table has, scattered in the large one.
      calls(large, 'sam', {
        name: `SAM user, ${many} sessions, as many in use`,
        requests: { ...sam, variants: small.calls.sam.variants },
      }),
      calls(large, 'sam', { name: `SAM user, ${many} sessions, all in use` }),
    ],
    options,
  );
  const notes = [conditions(options, options.connections, pinnedCores)];
  return [{ title: 'The size of the table of sessions, SQLite', notes, rows: rowsOf(readings) }];
}
