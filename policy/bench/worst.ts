import { compareReach, compile, parse } from '../src/index.ts';
import { fitting, HOSTILE, upTo } from './hostile.ts';
import { CALL, source } from './shapes.ts';

/** What the worst documents that may be saved cost; `node --expose-gc policy/bench/worst.ts`. */

for (const { what, wide, narrow } of HOSTILE) {
  const [one] = [fitting(wide(0))];
  const opened = slowest(() => open(one.text));
  console.log(`${what}: ${one.text.length} bytes`);
  console.log(`  parse, compile and first decision: ${opened.toFixed(1)} ms (goal < 50)`);
  for (const count of [1, 20]) {
    const [wides, narrows] = [upTo(count, (i) => fitting(wide(i))), upTo(count, (i) => fitting(narrow(i)))];
    const shape = count === 1 ? [wides] : [wides, narrows.slice(1)];
    const compared = slowest(() => compareReach(shape, narrows));
    console.log(`  comparison of ${count}: ${compared.toFixed(1)} ms (goal < 50), ${compareReach(shape, narrows)}`);
  }
  console.log(`  kept: ${Math.round(kept(one.text) / 1024)} KiB (goal < 2048)`);
}

function open(text: string): void {
  const parsed = parse(text);
  if (parsed.ok) compile([source(parsed.document)]).decide({ ...CALL, api: 'User:getUser' });
}

/** Milliseconds of processor time of the second slowest of ten runs, so that other work on the machine counts little. */
function slowest(run: () => void): number {
  const times = upTo(10, () => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return times.toSorted((a, b) => b - a)[1] as number;
}

/** Bytes that one decider keeps once it met a hundred operations and a thousand names that are none. */
function kept(text: string): number {
  const many = 10;
  const before = memory();
  const deciders = upTo(many, (i) => {
    const parsed = parse(text + ' '.repeat(i % 2));
    return compile(parsed.ok ? [source(parsed.document)] : []);
  });
  for (const decider of deciders) {
    for (const name of upTo(100, (i) => `Tag${i % 10}:operation${i}`)) decider.decide({ ...CALL, api: name });
    for (const name of upTo(1000, (i) => `${i}${'x'.repeat(100)}`)) decider.decide({ ...CALL, api: name });
  }
  const after = memory();
  // The deciders must still be there when the memory is looked at.
  return deciders.length === many ? (after - before) / many : 0;
}

function memory(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
