#!/usr/bin/env node
// npm links this file as `warifu`; the command itself is TypeScript, which the pinned Node runs from source.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const pinned = fileURLToPath(import.meta.resolve('node/bin/node'));
const command = fileURLToPath(new URL('./warifu.ts', import.meta.url));
const result = spawnSync(pinned, [command, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(result.status ?? 1);
