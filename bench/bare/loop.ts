import { quantile } from '../statistics.ts';

const warmUp = 50;

/** Keeps work in flight without HTTP and prints what came of it, for `inProcess`: `<seconds> <in flight>`. */
export async function runLoop(work: () => Promise<void>): Promise<void> {
  const [seconds, inFlight] = process.argv.slice(2).map(Number) as [number, number];
  // What is compiled and connected at first use must be ready.
  for (let i = 0; i < warmUp; i++) await work();
  const times: number[] = [];
  const before = process.cpuUsage();
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const lane = async () => {
    for (let at = performance.now(); at < end; at = performance.now()) {
      await work();
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const elapsed = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  const busy = (user + system) / 1000 / elapsed;
  const result = {
    perSecond: times.length / (elapsed / 1000),
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    busy,
    refused: 0,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
