// `npx node scripts/scale-out.ts`: several servers with everything in front of and behind them, on this machine.
import { parseArgs } from 'node:util';
import { buildServer } from './build.ts';
import { onInterrupt } from './processes.ts';
import { startScaleOut } from './scale-out/cluster.ts';
import { primaryOf } from './scale-out/database.ts';

const { values } = parseArgs({ options: { servers: { type: 'string', default: '2' } } });

await buildServer();
const running = await startScaleOut({ servers: Number(values.servers) });
onInterrupt(running.stop);
const primary = await primaryOf(running.database.nodes);
console.log(`
  Warifu       ${running.url}
  Each server  ${running.each.join(' ')}
  PostgreSQL   ${running.database.nodes.map(({ name, port }) => `${name} ${port}`).join(', ')}; primary: ${primary.name}
  Logs         ${running.folder}

  Ctrl+C stops everything and removes the folder.
`);
