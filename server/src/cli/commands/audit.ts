import type { Command } from 'commander';
import type { ExportOptions } from '../audit-export.ts';
import { attempt, type Output, printsData, run, withExamples } from '../frame.ts';

/** The command `audit` and what it groups. */
export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('the audit log');
  const verify = audit
    .command('verify')
    .description('check that no row of the audit log was changed or removed')
    .argument('[export]', 'a file that `audit export` printed, instead of the database')
    .action((file: string | undefined, output: Output) =>
      file === undefined
        ? run('audit verify', async (ctx) => (await import('../audit-verify.ts')).verifyAudit(ctx, output))
        : attempt(async () => (await import('../audit-export.ts')).verifyExport(file, output)),
    );
  withExamples(printsData(verify), 'audit verify', 'audit verify audit.jsonl');
  const exported = audit
    .command('export')
    .description('print the audit log, a line of JSON for each record')
    .option('--operator <id>', 'of one operator')
    .option('--host', 'what belongs to no operator: unknown accounts, host commands')
    .option('--since <time>', 'not before this, such as 2026-11-29 (UTC)')
    .option('--until <time>', 'not after this')
    .action((options: ExportOptions) =>
      run('audit export', async (ctx) => (await import('../audit-export.ts')).exportAudit(ctx, options)),
    );
  withExamples(exported, 'audit export > audit.jsonl', 'audit export --host --since 2026-11-01');
}
