import { writeFileSync } from 'node:fs';
import { buildServer } from '../scripts/build.ts';
import { onInterrupt } from '../scripts/processes.ts';
import { describeMachine } from './machine.ts';
import { type Options, readOptions, type ScenarioName } from './options.ts';
import { measureCalls } from './scenarios/call.ts';
import { measureDecisions } from './scenarios/decide.ts';
import { measureGate } from './scenarios/gate.ts';
import { measureLoad } from './scenarios/load.ts';
import { measureMemory } from './scenarios/memory.ts';
import { measurePeers } from './scenarios/peers.ts';
import { measurePostgres } from './scenarios/postgres.ts';
import { measureScale } from './scenarios/scale.ts';
import { measureSignIns } from './scenarios/sign-in.ts';
import { renderSection, type Section } from './table.ts';

/** `npm run bench`: measures what docs/benchmarks.md reports. */

const scenarios: Record<ScenarioName, (options: Options) => Promise<Section[]>> = {
  call: measureCalls,
  scale: measureScale,
  postgres: measurePostgres,
  'sign-in': measureSignIns,
  decide: measureDecisions,
  peers: measurePeers,
  memory: measureMemory,
  load: measureLoad,
  gate: measureGate,
};

onInterrupt(() => Promise.resolve());

const options = readOptions(process.argv.slice(2));
await buildServer();
const parts: string[] = [];
print(['# Benchmarks', '', ...describeMachine(), ''].join('\n'));
for (const name of options.only) {
  console.error(`${name} …`);
  try {
    for (const section of await scenarios[name](options)) print(renderSection(section));
  } catch (error) {
    print(`## ${name}: FAILED\n\n${String(error)}\n`);
    process.exitCode = 1;
  }
}

/** At once, so that a long run shows what it has. */
function print(text: string): void {
  console.log(text);
  parts.push(text);
  if (options.out) writeFileSync(options.out, `${parts.join('\n').trimEnd()}\n`);
}
