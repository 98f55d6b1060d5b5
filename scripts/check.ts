// `npm run check`: types, format, lint, dead code, the directions of imports and the fast tests, in under 30 seconds.
import { runChecks } from './checks.ts';
import { onInterrupt } from './processes.ts';
import { closingLine, runTests, sum } from './suites.ts';

onInterrupt(() => Promise.resolve());

const checks = await runChecks();
const tests = sum([
  await runTests(['policy', 'contract', 'scripts'], []),
  // What needs no database and no page.
  await runTests(['server', 'console'], ['.unit.test.', '--passWithNoTests']),
]);
if (tests.passed + tests.failed === 0) tests.failed += 1;

const failedChecks = checks.filter((check) => !check.ok);
const totals = sum([tests, { passed: checks.length - failedChecks.length, failed: failedChecks.length, skipped: 0 }]);
if (failedChecks.length > 0) console.log(`Failed: ${failedChecks.map((check) => check.name).join(', ')}`);
console.log(closingLine(totals));
process.exitCode = totals.failed === 0 ? 0 : 1;
