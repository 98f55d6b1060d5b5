import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contractSource } from '../../scripts/client-contract.ts';
import { capture, root, tool } from '../../scripts/processes.ts';
import * as contract from '../src/contract.ts';

let folder: string;
beforeAll(() => {
  // Inside the tree, where the contract is found.
  mkdirSync(join(root, 'dist'), { recursive: true });
  folder = mkdtempSync(join(root, 'dist/contract-'));
  writeFileSync(join(folder, 'contract.ts'), contractSource());
});
afterAll(() => rmSync(folder, { recursive: true }));

it('has the values of the contract', async () => {
  const published = (await import(join(folder, 'contract.ts'))) as typeof contract;
  const { errorTable, factTypes, routes } = contract;
  expect(published.routes).toEqual(routes);
  expect(Object.keys(routes).length).toBeGreaterThan(100);
  expect(published.factTypes).toEqual(factTypes);
  const row = ({ status, en, ja }: { status: number; en: string; ja: string }) => ({ status, en, ja });
  const rows = Object.entries(errorTable).map(([code, one]) => [code, row(one)]);
  expect(published.errorTable).toEqual(Object.fromEntries(rows));
});

const comparison = `
import type { ErrorCode, ErrorFacts, Operations, Route } from '../../client/src/contract.ts';
import type * as published from './contract.ts';

type Flat<T> = T extends readonly (infer I)[] ? Flat<I>[] : T extends object ? { [K in keyof T]: Flat<T[K]> } : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Different<A, B> = { [K in keyof A | keyof B]: K extends keyof A & keyof B ? (Same<Flat<A[K]>, Flat<B[K]>> extends true ? never : K) : K }[keyof A | keyof B];

declare const different: Different<Operations, published.Operations>;
export const operations: never = different;
export const codes: Same<ErrorCode, published.ErrorCode> = true;
export const facts: Same<Flat<ErrorFacts>, Flat<published.ErrorFacts>> = true;
export const route: Same<Route, published.Route> = true;
`;

it.each([
  ['the types of the contract', '', 0],
  // What compares has to see a difference.
  ['types that a test can tell from others', 'string', 1],
])('has %s', async (_, instead, code) => {
  if (instead !== '') {
    const source = contractSource().replace("settledBy: 'credential'", `settledBy: ${instead} | 'credential'`);
    writeFileSync(join(folder, 'contract.ts'), source);
  }
  writeFileSync(join(folder, 'comparison.ts'), comparison);
  const project = { extends: '../../tsconfig.json', include: ['.'], exclude: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const checked = await capture(...tool('typescript/bin/tsc', ['--project', folder, '--pretty', 'false']));
  expect([checked.code === 0 ? 0 : 1, checked.output]).toEqual([
    code,
    code === 0 ? '' : expect.stringContaining('"evaluate"'),
  ]);
});
