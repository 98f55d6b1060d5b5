import { defineConfig } from 'vitest/config';

// The machine that counts has two cores; more workers only make the timing of each worse.
const project = (name: string, seconds: number) => ({
  test: {
    name,
    root: `./${name}`,
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/artifacts/**'],
    testTimeout: seconds * 1000,
    hookTimeout: Math.max(seconds, 30) * 1000,
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('policy', 20),
      project('contract', 10),
      project('console', 10),
      project('scripts', 20),
      project('server', 30),
      project('e2e', 180),
    ],
  },
});
