// `node scripts/promises.ts`: writes into docs/promises.md which test says which number.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listSources } from './architecture/sources.ts';
import { root } from './processes.ts';

export const page = 'docs/promises.md';
export const mark = '<!-- Below: written by `node scripts/promises.ts`. -->';
const isTest = /\.test\.tsx?$/;
const literal = /(['"`])((?:(?!\1)[^\n])*\b(?:R\d{2}|I\d|F\d{2})\b(?:(?!\1)[^\n])*)\1/g;

/** What a release must hold. */
export const musts: readonly string[] = [
  'R01 R02 R03 R04 R07 R08 R09 R10 R11 R12 R13 R14 R15 R18 R19 R20 R21 R22 R23 R25 R26 R27',
  'R32 R33 R34 R35 R36 R37',
  'R28 R29 R30 R38 R39 R40 R41 R42 R43 R44 R45 R46 R47 R48 R49 R50 R51 R52 R53 R54 R55 R56',
  'R57 R58 R59 R60 R61 R62 R63 R64 R65 R66 R67 R68 R69 R70 R71 R72 R73 R74 R75 R76 R77 R78',
].flatMap((line) => line.split(' '));

/** The test files that name a number in a title, by number. */
export function testsByNumber(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const tests = listSources(root).filter((file) => isTest.test(file));
  for (const path of tests.sort()) {
    for (const [, , title = ''] of readFileSync(join(root, path), 'utf8').matchAll(literal)) {
      for (const number of title.match(/\b(?:R\d{2}|I\d|F\d{2})\b/g) ?? []) {
        found.set(number, (found.get(number) ?? new Set()).add(path));
      }
    }
  }
  return found;
}

/** The page with its table of tests as it has to be now. */
function rendered(text: string): string {
  const [written = ''] = text.split(mark);
  const rows = [...testsByNumber()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([number, paths]) => `| ${number} | ${[...paths].map(linkTo).join(', ')} |`);
  return `${[written.trimEnd(), '', mark, '', '| number | tests that name it |', '| --- | --- |', ...rows].join('\n')}\n`;
}

function linkTo(path: string): string {
  const name = path.replace(/\.(unit\.)?test\.tsx?$/, '').replace(/^(server|policy)\/test\//, '');
  return `[${name}](../${path})`;
}

if (import.meta.main) {
  const file = join(root, page);
  writeFileSync(file, rendered(readFileSync(file, 'utf8')));
}
