// `npm start`: the server on the console's newest build. The server runs in this very process, so that signals reach
// it and its exit code is kept.
import { enableCompileCache } from 'node:module';
import { buildConsole } from './console-build.ts';
import { root } from './processes.ts';

enableCompileCache(`${root}/node_modules/.cache/warifu`);
await buildConsole();
await import('../server/src/main.ts');
