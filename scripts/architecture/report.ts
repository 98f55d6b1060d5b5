// The figures of the architecture, of this checkout or of another, by the layout and the rules of this one. See `--help`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../processes.ts';
import { partOf, server } from './directions.ts';
import { maxLines, maxParameters } from './layout.ts';
import { type Finding, foreignReads, foreignWrites, judge, type Rule } from './rules.ts';
import { listSources, readSource, type Source } from './sources.ts';
import { readable, tolerating } from './tolerance.ts';

const help = `node scripts/architecture/report.ts [CHECKOUT]                the figures
node scripts/architecture/report.ts --findings [CHECKOUT]     and every finding, tolerated or not
node scripts/architecture/report.ts --tolerated [CHECKOUT]    the tolerated.ts with which the rules would hold`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { findings: { type: 'boolean' }, tolerated: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}
const checkout = resolve(positionals[0] ?? root);
const sources = listSources(checkout).map((path) => readSource(checkout, path));
if (sources.length === 0) throw new Error(`There are no sources in ${checkout}.`);
const findings = judge(sources);

if (values.tolerated) console.log(toleratedFile(findings));
else {
  console.log(figures(sources, findings).join('\n'));
  if (values.findings) console.log(`\n${readable(findings)}`);
}

function figures(all: readonly Source[], found: readonly Finding[]): string[] {
  const code = all.filter(({ path }) => path.startsWith(server) && !path.endsWith('.test.ts'));
  const writers = code.filter((source) => foreignWrites(source).length > 0);
  const of = (rule: Rule) => found.filter((finding) => finding.rule === rule);
  return [
    line('files of server/src', code.length),
    line('lines of server/src', total(code.map(({ lines }) => lines))),
    line('files that write a table of another folder', writers.length),
    line('  such statements', writers.flatMap(foreignWrites).length),
    line('tables that several folders write', sharedTables(code).length, sharedTables(code)),
    line('statements that read a table of another folder', code.flatMap(foreignReads).length, foreignTables(code)),
    line('SQL and transactions in routes.ts', of('routes').length),
    line(`functions with more than ${maxParameters} parameters (server and policy)`, of('parameters').length),
    line('status codes as numbers', of('status').length),
    line(
      'pairs of folders that import each other',
      of('pair').length,
      of('pair').map(({ problem }) => problem),
    ),
    line('imports against the order of folders', of('import').length),
    line('files in a circle of imports', of('circle').length),
    line(`files of more than ${maxLines} lines`, of('lines').length),
  ];
}

function line(what: string, count: number, list: readonly string[] = []): string {
  return [`${String(count).padStart(6)}  ${what}`, ...list.map((item) => `          ${item}`)].join('\n');
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** Whatever the folders are called and whoever is meant to own a table: who writes it today. */
function sharedTables(code: readonly Source[]): string[] {
  const uses = code.flatMap(({ path, writes }) => writes.map(({ table = '(any)' }) => ({ table, part: partOf(path) })));
  return [...Map.groupBy(uses, ({ table }) => table)]
    .map(([table, found]) => ({ table, parts: [...new Set(found.map(({ part }) => part))] }))
    .filter(({ parts }) => parts.length > 1)
    .map(({ table, parts }) => `${table}: ${parts.join(', ')}`)
    .sort();
}

/** What each folder reads of others. */
function foreignTables(code: readonly Source[]): string[] {
  const reads = code.flatMap((source) =>
    foreignReads(source).map(({ table }) => ({ table, part: partOf(source.path) })),
  );
  return [...Map.groupBy(reads, ({ part }) => part)]
    .map(([part, found]) => `${part}: ${[...new Set(found.map(({ table }) => table))].sort().join(', ')}`)
    .sort();
}

/** The text of `tolerated.ts` with which the findings would pass. */
function toleratedFile(found: readonly Finding[]): string {
  const entries = Object.entries(tolerating(found)).map(([rule, counts]) => {
    const lines = Object.entries(counts).map(([path, count]) => `    '${path}': ${count},`);
    return [`  ${rule}: {`, ...lines, '  },'].join('\n');
  });
  const body = entries.length === 0 ? '{}' : `{\n${entries.join('\n')}\n}`;
  return `import type { Tolerated } from './tolerance.ts';

/** Findings that are known and not yet mended, by rule and file. Numbers may only fall. */
export const tolerated: Tolerated = ${body};`;
}
