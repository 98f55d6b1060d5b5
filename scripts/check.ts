// `npm run check`: types, format, lint, dead code, the directions of imports and the fast tests, in under 30 seconds.
import { runChecks } from './checks.ts';
import { onInterrupt } from './processes.ts';
import { closing, failureOf, runTests, sum } from './suites.ts';

onInterrupt(() => Promise.resolve());

const checks = await runChecks();
const tests = sum([
  await runTests(['policy', 'contract', 'scripts'], []),
  // What needs no database and no page.
  await runTests(['server', 'console'], ['.unit.test.', '--passWithNoTests']),
]);
const totals = sum([checks, tests.passed + tests.failed === 0 ? failureOf('no test was found') : tests]);
console.log(closing(totals));
process.exitCode = totals.failed === 0 ? 0 : 1;
