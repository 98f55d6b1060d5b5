import { inProcess } from '../in-process.ts';
import { installed } from '../libraries.ts';
import { serverCore } from '../machine.ts';
import type { Options } from '../options.ts';
import { figures, type Section, showSpread } from '../table.ts';
import { type Candidate, takeTurns } from '../turns.ts';

const own = {
  conditional: 'only operations that depend on conditions',
  thousand: '1,000 permissions, random operations',
  hundredByHundred: '100 statements × 100 patterns',
  compile: 'compiles, each with its first decision',
  compileAndDecideAll: 'compiles, each with a decision on 120 operations',
  parse: 'texts parsed',
  save: 'largest text checked for a save',
} as const;

const peers = {
  casl: 'CASL, conditions as functions',
  casbin: 'casbin, enforceSync',
  cedar: 'cedar-wasm, parsed before',
} as const;

/** Decisions and compiles of the permission language, beside other libraries that decide the same. */
export async function measureDecisions(options: Options): Promise<Section[]> {
  await installed();
  const hot = subject('hot', '20 statements × 5 patterns, a third with conditions');
  const others = Object.entries({ ...own, ...peers }).map(([name, title]) => subject(name, title));
  const readings = await takeTurns(hot, others, options);
  const rows = readings.map(({ name, perSecond, ofFloor }) => [
    name,
    showSpread(perSecond, figures),
    showSpread(ofFloor.perSecond),
    figures(1 / ofFloor.perSecond.median),
  ]);
  return [
    {
      title: 'Decisions',
      notes: [
        `${options.rounds} rounds of ${options.seconds} s of processor time, one process each; median (least–most).`,
        'The libraries decide the same permission as the first row; their answers to all 120 operations were compared.',
      ],
      rows: [['what', 'times/s', '÷ first row', 'first row is … × as fast'], ...rows],
    },
  ];
}

function subject(name: string, title: string): Candidate {
  return inProcess({ name: title, script: 'bench/deciders/run.ts', args: [name], core: serverCore });
}
