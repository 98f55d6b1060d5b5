import { randomFrom, tally } from '../test/pairs.ts';

/**
 * Whether `covers` ever says yes where deciding shows otherwise: 1,000,000 random pairs, each yes tried on every call of
 * a small world; `node policy/bench/covers.ts [pairs] [seed]`.
 */
const pairs = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);

const { yes, wrong } = tally(randomFrom(seed), pairs);
console.log(
  `${pairs.toLocaleString('en')} pairs, ${yes.toLocaleString('en')} covered, ${wrong.length} of them wrongly`,
);
for (const { wide, narrow } of wrong.slice(0, 5)) console.log(`${wide.text}\ndoes not cover\n${narrow.text}\n`);
if (wrong.length > 0) process.exitCode = 1;
