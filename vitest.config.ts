import { defineConfig, type Plugin } from 'vitest/config';
import { operationCatalogue } from './console/build/operations.ts';

// The machine that counts has two cores; more workers only make the timing of each worse.
const project = (name: string, seconds: number, plugins: Plugin[] = []) => ({
  plugins,
  test: {
    name,
    root: `./${name}`,
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/artifacts/**'],
    testTimeout: seconds * 1000,
    hookTimeout: Math.max(seconds, 30) * 1000,
  },
});

// The pages of the console name operations. The contract itself stays whole: the server beside them reads it.
const { transform: _, ...catalogue } = operationCatalogue();

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('policy', 20),
      project('contract', 10),
      project('console', 30, [catalogue]),
      project('scripts', 20),
      project('server', 30),
      project('e2e', 180),
    ],
  },
});
