import { randomFrom, tally, textOfPair } from '../test/pairs.ts';

/**
 * Whether `compareReach` ever says `covered` where deciding shows otherwise: 1,000,000 random pairs, each yes tried on every call of
 * a small world; `node policy/bench/covers.ts [pairs] [seed]`.
 */
const pairs = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);

const { yes, wrong } = tally(randomFrom(seed), pairs);
console.log(
  `${pairs.toLocaleString('en')} pairs, ${yes.toLocaleString('en')} covered, ${wrong.length} of them wrongly`,
);
for (const pair of wrong.slice(0, 5)) console.log(`${textOfPair(pair)}\n`);
if (wrong.length > 0) process.exitCode = 1;
