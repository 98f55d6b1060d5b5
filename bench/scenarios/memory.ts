import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../scripts/postgres.ts';
import { calls } from '../candidates.ts';
import { loadCore, serverCore } from '../machine.ts';
import type { Options } from '../options.ts';
import { product, residentOf, startProgram } from '../servers.ts';
import { spreadOf } from '../statistics.ts';
import { figures, type Section, showSpread } from '../table.ts';
import { createWorld, withoutSettings } from '../world.ts';

const rest = 3000;

/** From start to ready, and the memory that calls need and keep. */
export async function measureMemory(options: Options): Promise<Section[]> {
  return [await measureStart(options), await measureResident(options)];
}

/** With the console built, on a database that is there. */
async function measureStart({ rounds }: Options): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-start-'));
  const env = { ...withoutSettings(), WARIFU_DATA_DIR: folder, WARIFU_PORT: String(await freePort()) };
  const ready: { wall: number; cpu: number }[] = [];
  for (let i = 0; i <= rounds; i++) {
    await using server = await startProgram({ ...product, env, core: serverCore });
    ready.push(server.ready);
  }
  rmSync(folder, { recursive: true });
  const of = (key: 'wall' | 'cpu') => showSpread(spreadOf(ready.slice(1).map((one) => one[key])), figures);
  return {
    title: 'From start to ready, SQLite',
    notes: [`${rounds} starts of what npm start runs, on core 0, console built; median (least–most).`],
    rows: [
      ['what', 'milliseconds'],
      ['on the clock', of('wall')],
      ['processor time', of('cpu')],
    ],
  };
}

async function measureResident(options: Options): Promise<Section> {
  await using world = await createWorld({ sessions: 1000 });
  const { pid } = world.server;
  await wait(rest);
  const rows = [['idle', '0', megabytes(pid)]];
  let done = 0;
  const shape = { seconds: options.seconds, connections: options.connections, core: loadCore };
  const marks = [1, options.calls / 4, options.calls / 2, (options.calls * 3) / 4, options.calls];
  for (const mark of marks) {
    while (done < mark) {
      const slice = await calls(world, 'sam').run(shape);
      done += Math.round(slice.perSecond * options.seconds);
    }
    rows.push(['under load', done.toLocaleString('en'), megabytes(pid)]);
  }
  await wait(rest);
  rows.push(['at rest again', done.toLocaleString('en'), megabytes(pid)]);
  const notes = [`SAM calls on 1,000 sessions, ${options.connections} connections; right after a slice.`];
  return { title: 'Resident memory, SQLite', notes, rows: [['when', 'calls so far', 'MB'], ...rows] };
}

function megabytes(pid: number): string {
  return figures(residentOf(pid));
}
