import { check, compile, type Decider, parse, type Request, reach, type Source } from '../src/index.ts';
import { CALL, documentOf, hundredByHundred, largestText, OPERATIONS, source, usualText } from './shapes.ts';

/** Rates of the permission language on this machine; `node policy/bench/decide.ts`. Goals are those of the performance page. */

const SLICES = 9;
const CALLS = OPERATIONS.map((api) => ({ ...CALL, api }));
let allowed = 0;

report('decisions/s, 20 statements x 5 patterns', decisions([compile([source(documentOf(usualText(0)))])]), 4e6);
const usual = [source(documentOf(usualText(0)))];
const hard = conditional(usual);
report('decisions/s, the same, only operations that depend on conditions', decisions([compile(usual)], hard), 4e6);
const many = Array.from({ length: 1000 }, (_, i) => compile([source(documentOf(usualText(i)))]));
report('decisions/s, 1,000 permissions, random operations', decisions(many), 2e6);
report('decisions/s, 100 statements x 100 patterns', decisions([compile(hundredByHundred())]), 1e6);
const document = documentOf(usualText(0));
report(
  'compiles/s, with the first decision',
  rate(20_000, (i) => decideOnce(compile([source(document)]), i)),
  5e4,
);
report(
  'compiles/s, with a decision on each of 120 operations',
  rate(1_000, () => decideAll(compile([source(document)]))),
  0,
);
const written = usualText(0);
report(
  'texts parsed/s',
  rate(5_000, () => count(parse(written).ok)),
  0,
);
report(
  'texts parsed and compiled/s',
  rate(5_000, (i) => decideOnce(compile([source(documentOf(written))]), i)),
  0,
);
const largest = largestText();
const catalogue = OPERATIONS.map((name) => ({ name, pathVariables: ['user_name'] }));
const saves = rate(10, () => count(check(documentOf(largest), catalogue).length > 0));
console.log(`save of ${largest.length} bytes: ${(1000 / saves).toFixed(1)} ms (goal < 50)`);
console.log(`(${allowed} allowed; ${hard.length} of ${OPERATIONS.length} operations depend on conditions)`);

/** Calls of the operations that are not decided by patterns alone. */
function conditional(sources: readonly Source[]): readonly Request[] {
  const names = OPERATIONS.map((name) => ({ name, pathVariables: ['user_name'] }));
  const sometimes = reach(sources, names).filter(({ allowed }) => allowed === 'sometimes');
  return sometimes.map(({ name }) => ({ ...CALL, api: name }));
}

function decisions(deciders: readonly Decider[], calls: readonly Request[] = CALLS): number {
  const [people, operations] = [deciders.length, calls.length];
  // A fixed walk that visits all pairs in an order no cache likes.
  const at = (i: number): number => Math.imul(i, 2654435761) >>> 8;
  return rate(500_000, (i) => {
    const random = at(i);
    const decider = deciders[random % people] as Decider;
    count(decider.decide(calls[(random >>> 10) % operations] as Request) === 'allow');
  });
}

function decideOnce(decider: Decider, i: number): void {
  count(decider.decide(CALLS[i % CALLS.length] as Request) === 'allow');
}

function decideAll(decider: Decider): void {
  for (const call of CALLS) count(decider.decide(call) === 'allow');
}

/** Median of slices, in times a second of processor time, so that other work on the machine counts little. */
function rate(times: number, run: (i: number) => void): number {
  for (let i = 0; i < times; i++) run(i);
  const rates = Array.from({ length: SLICES }, () => {
    const start = process.cpuUsage();
    for (let i = 0; i < times; i++) run(i);
    const { user, system } = process.cpuUsage(start);
    return times / ((user + system) / 1e6);
  });
  return rates.toSorted((a, b) => a - b)[SLICES >> 1] as number;
}

function count(yes: boolean): void {
  if (yes) allowed++;
}

function report(what: string, value: number, goal: number): void {
  const verdict = goal === 0 ? '' : ` (goal ${goal.toLocaleString('en')}: ${value >= goal ? 'met' : 'MISSED'})`;
  console.log(`${what}: ${Math.round(value).toLocaleString('en')}${verdict}`);
}
