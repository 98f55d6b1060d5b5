import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logTrouble } from '../../src/trouble.ts';

describe('trouble that goes on', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const meet = (message: string, times = 1) => {
    for (let i = 0; i < times; i++) {
      logTrouble(log, new Error(message), {
        level: 'warn',
        message: 'storage unavailable',
        about: { requestId: `${i}` },
      });
    }
    return lines.splice(0);
  };

  it('is told once, then counted each minute, and told anew when it was over', () => {
    expect(meet('no connection', 500)).toMatchObject([{ requestId: '0', error: { message: 'no connection' } }]);
    vi.advanceTimersByTime(60_000);
    const [counted, ...more] = lines.splice(0);
    expect(more).toEqual([]);
    expect(counted).toMatchObject({ repeated: 499, seconds: 60, error: { message: 'no connection' } });
    expect(counted?.['error']).not.toHaveProperty('stack');
    vi.advanceTimersByTime(120_000);
    expect(lines).toEqual([]);
    expect(meet('no connection', 2)).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    lines.splice(0);
  });

  it('is told apart by its cause, and bounded when each has another one', () => {
    expect([...meet('one', 3), ...meet('other', 3)]).toHaveLength(2);
    const different = Array.from({ length: 300 }, (_, i) => meet(`cause ${i}`)).flat();
    expect(different.length).toBeLessThanOrEqual(101);
  });
});
