import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';
import { operationCatalogue } from './console/build/operations.ts';

/** Milliseconds after which a test hangs; on a machine that does other work too, a slow one still passes. */
const hangs = 300_000;

// The machine that counts has two cores; more workers only make the timing of each worse.
const project = (
  name: string,
  { plugins = [], setupFiles = [] }: { plugins?: Plugin[]; setupFiles?: string[] } = {},
) => ({
  plugins,
  test: {
    name,
    root: `./${name}`,
    setupFiles,
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/artifacts/**'],
    testTimeout: hangs,
    hookTimeout: hangs,
    expect: { poll: { timeout: hangs / 2 } },
  },
});

// The pages of the console name operations. The contract itself stays whole: the server beside them reads it.
const { transform: _, ...catalogue } = operationCatalogue();

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('policy'),
      project('contract'),
      project('client'),
      project('console', {
        plugins: [catalogue],
        setupFiles: [join(import.meta.dirname, 'console/test/support/timers.ts')],
      }),
      project('scripts'),
      project('server'),
      project('e2e'),
    ],
  },
});
