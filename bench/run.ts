import { writeFileSync } from 'node:fs';
import { onInterrupt } from '../scripts/processes.ts';
import { describeMachine } from './machine.ts';
import { type Options, readOptions, type ScenarioName } from './options.ts';
import { measureCalls } from './scenarios/call.ts';
import { renderSection, type Section } from './table.ts';

/** `npm run bench`: measures what docs/benchmarks.md reports. */

const scenarios: Record<ScenarioName, (options: Options) => Promise<Section[]>> = {
  call: measureCalls,
};

onInterrupt(() => Promise.resolve());

const options = readOptions(process.argv.slice(2));
const parts: string[] = [];
print(['# Benchmarks', '', ...describeMachine(), ''].join('\n'));
for (const name of options.only) {
  console.error(`${name} …`);
  for (const section of await scenarios[name](options)) print(renderSection(section));
}

/** At once, so that a long run shows what it has. */
function print(text: string): void {
  console.log(text);
  parts.push(text);
  if (options.out) writeFileSync(options.out, `${parts.join('\n').trimEnd()}\n`);
}
