import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listSources } from './architecture/sources.ts';
import { root } from './processes.ts';
import { mark, musts, page, testsByNumber } from './promises.ts';

const number = /\b(?:R\d{2}|I\d|F\d{2})\b/g;
const cites = /^(?:server|contract|console|policy)\/src\//;

/** The rows of the table, by number: the files that each cell names. */
function readRows(text: string): { number: string; where: string[]; tests: string[] }[] {
  const rows = text.split('\n').filter((line) => /^\| [RIF]\d/.test(line));
  const filesOf = (cell = '') => [...cell.matchAll(/\]\(([^)]+)\)/g)].map((link) => join(dirname(page), link[1] ?? ''));
  return rows.map((row) => {
    const [, number = '', , where, tests] = row.split('|').map((cell) => cell.trim());
    return { number, where: filesOf(where), tests: filesOf(tests) };
  });
}

/** The table that a script writes: a number, and the files of tests that name it. */
function readTests(table: string): [string, string[]][] {
  const rows = table.split('\n').filter((line) => /^\| [RIF]\d/.test(line));
  return rows.map((row) => {
    const [, name = '', cell = ''] = row.split('|').map((text) => text.trim());
    return [name, [...cell.matchAll(/\]\(([^)]+)\)/g)].map((link) => join(dirname(page), link[1] ?? ''))];
  });
}

describe('docs/promises.md', () => {
  const [written = ''] = readFileSync(join(root, page), 'utf8').split(mark);
  const rows = readRows(written);

  test('has every number that a source cites, once', () => {
    const sources = listSources(root).filter((path) => cites.test(path));
    const cited = sources.flatMap((path) =>
      (readFileSync(join(root, path), 'utf8').match(number) ?? []).map((name) => `${name} ${path}`),
    );
    expect(cited.length).toBeGreaterThan(50);
    const known = rows.map((row) => row.number);
    expect(cited.filter((citation) => !known.includes(citation.split(' ')[0] ?? ''))).toEqual([]);
    expect(known.filter((name, i) => known.indexOf(name) !== i)).toEqual([]);
  });

  test('names a place and a test for each, and only files that exist', () => {
    const incomplete = rows.filter(({ where, tests }) => where.length === 0 || tests.length === 0);
    expect(incomplete.map((row) => row.number)).toEqual([]);
    const named = rows.flatMap((row) => [...row.where, ...row.tests].map((path) => `${row.number} ${path}`));
    expect(named.filter((name) => !existsSync(join(root, name.split(' ')[1] ?? '')))).toEqual([]);
  });

  test('has all that a release must hold, each named by a test', () => {
    const tests = testsByNumber();
    const known = rows.map((row) => row.number);
    expect(musts.filter((name) => !known.includes(name))).toEqual([]);
    expect(musts.filter((name) => !tests.has(name))).toEqual([]);
  });

  test('says no test that does not name the number, and one for all that a release must hold', () => {
    const [, table = ''] = readFileSync(join(root, page), 'utf8').split(mark);
    const listed = new Map(readTests(table));
    const tests = testsByNumber();
    const wrong = [...listed].flatMap(([name, paths]) => paths.filter((path) => !tests.get(name)?.has(path)));
    expect(wrong, 'run: node scripts/promises.ts').toEqual([]);
    expect(musts.filter((name) => !listed.get(name)?.length)).toEqual([]);
  });
});
