// `npm test`: everything, from the system packages to the browser. See `--help`.
import { parseArgs } from 'node:util';
import { buildAll } from './build.ts';
import { runChecks } from './checks.ts';
import { type Cluster, startPostgres } from './postgres.ts';
import { onInterrupt } from './processes.ts';
import { closing, failureOf, nothing, runTests, sum, type Totals } from './suites.ts';
import { ensureSystemPackages } from './system-packages.ts';

const help = `npm test                          everything
npm test -- --only STAGE          one of: check, policy, server, e2e (may be repeated)
npm test -- [FILTER…]             only test files whose path contains a filter
npm test -- --keep-going=false    stop after the first stage that fails`;

const stages = ['check', 'policy', 'server', 'e2e'] as const;
type Stage = (typeof stages)[number];

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true, default: [...stages] },
    'keep-going': { type: 'string', default: 'true' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}
const unknown = values.only.filter((name) => !stages.some((stage) => stage === name));
if (unknown.length > 0) {
  console.error(`Unknown stage: ${unknown.join(', ')}\n\n${help}`);
  process.exit(2);
}

let cluster: Cluster | undefined;
onInterrupt(async () => cluster?.stop());

const results: Totals[] = [];
try {
  for (const stage of stages.filter((name) => values.only.includes(name))) {
    results.push(await runStage(stage));
    if (values['keep-going'] === 'false' && sum(results).failed > 0) break;
  }
} catch (error) {
  console.error(error);
  results.push(failureOf('the tests could not be run'));
} finally {
  await cluster?.stop();
}
if (sum(results).passed + sum(results).failed === 0) results.push(failureOf('no test was found'));
console.log(closing(sum(results)));
process.exitCode = sum(results).failed === 0 ? 0 : 1;

async function runStage(stage: Stage): Promise<Totals> {
  const begun = performance.now();
  console.log(`\n── ${stage} ──`);
  const totals = stage === 'check' ? await checkStage() : await testStage(stage);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(`── ${stage}: ${totals.passed} of ${totals.passed + totals.failed} in ${seconds} s ──`);
  return totals;
}

async function checkStage(): Promise<Totals> {
  if (filters.length > 0) return nothing;
  return await runChecks();
}

async function testStage(stage: Exclude<Stage, 'check'>): Promise<Totals> {
  const projects = { policy: ['policy', 'contract', 'client', 'console', 'scripts'], server: ['server'], e2e: ['e2e'] }[
    stage
  ];
  if (stage === 'e2e') await buildAll();
  const env = stage === 'policy' ? process.env : { ...process.env, WARIFU_TEST_POSTGRES_URL: await postgresUrl() };
  const totals = await runTests(projects, filters, env);
  // A stage without tests is a broken stage, unless a filter asked for a few files only.
  const isEmpty = totals.passed + totals.failed === 0 && filters.length === 0;
  return isEmpty ? failureOf(`${stage} has no tests`) : totals;
}

async function postgresUrl(): Promise<string> {
  ensureSystemPackages();
  cluster ??= await startPostgres();
  return cluster.url;
}
