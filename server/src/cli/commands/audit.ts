import type { Command } from 'commander';
import { type Output, printsData, run, withExamples } from '../frame.ts';

/** The command `audit` and what it groups. */
export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('the audit log');
  const verify = audit
    .command('verify')
    .description('check that no row of the audit log was changed or removed')
    .action((options: Output) =>
      run('audit verify', async (ctx) => (await import('../audit-verify.ts')).verifyAudit(ctx, options)),
    );
  withExamples(printsData(verify), 'audit verify');
}
