import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { limits } from '../src/limits.ts';
import { startTestServer, type TestServer } from './support/server.ts';

describe('R47: when the work behind an answer begins', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterAll(() => server.stop());

  const delaysOf = (job: string) => {
    const timer = vi.spyOn(globalThis, 'setTimeout');
    for (let i = 0; i < 100; i++) server.jobs.wake(job);
    const delays = timer.mock.calls.map(([, delay]) => Number(delay));
    timer.mockRestore();
    return delays;
  };

  it('nobody can foresee it from the request: what comes next is not slowed down by it', () => {
    const delays = delaysOf('requests');
    expect(delays).toHaveLength(100);
    expect(new Set(delays).size).toBeGreaterThan(50);
    const [least, most] = [Math.min(...delays), Math.max(...delays)];
    expect([least < limits.http.hiddenDelay / 4, most > (limits.http.hiddenDelay * 3) / 4]).toEqual([true, true]);
    expect(most).toBeLessThanOrEqual(limits.http.hiddenDelay + 100);
  });

  it('what hides nothing does not wait for it', () => {
    expect(new Set(delaysOf('mail')).size).toBe(1);
  });
});
