import { afterAll } from 'vitest';

// A page may leave something for later, as to give the focus back when a dialog has closed. Once the tests of a file are
// over, its window is taken away: what came then would be an error of no test.
const left = new Set<NodeJS.Timeout>();

function remembering<F extends typeof setTimeout | typeof setInterval>(start: F): F {
  const started = (...args: Parameters<typeof setTimeout>) => {
    const timer = start(...args);
    left.add(timer);
    return timer;
  };
  return Object.assign(started, start) as unknown as F;
}

globalThis.setTimeout = remembering(globalThis.setTimeout);
globalThis.setInterval = remembering(globalThis.setInterval);

afterAll(() => {
  for (const timer of left) clearTimeout(timer);
});
