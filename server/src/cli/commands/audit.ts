import type { Command } from 'commander';
import type { ExportOptions } from '../audit-export.ts';
import type { PruneOptions } from '../audit-prune.ts';
import type { VerifyOptions } from '../audit-verify.ts';
import { attempt, printsData, run, withExamples } from '../frame.ts';

/** The command `audit` and what it groups. */
export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('the audit log');
  const verify = audit
    .command('verify')
    .description('check that no row of the audit log was changed or removed')
    .argument('[exports...]', 'files that `audit export` printed, oldest first, instead of the database')
    .option('--head <head>', 'where all chains ended, as a line "audit heads" of the log has it')
    .action((files: string[], options: VerifyOptions) =>
      files.length === 0
        ? run('audit verify', async (ctx) => (await import('../audit-verify.ts')).verifyAudit(ctx, options))
        : attempt(async () => (await import('../audit-export.ts')).verifyExports(files, options)),
    );
  withExamples(printsData(verify), 'audit verify', 'audit verify 2025.jsonl 2026.jsonl');
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
  const prune = audit
    .command('prune')
    .description('remove the oldest records of the audit log, and put that on record')
    .requiredOption('--before <time>', 'those of before this, such as 2026-01-01 (UTC); the last 90 days stay')
    .option('--operator <id>', 'of one operator')
    .option('--host', 'what belongs to no operator')
    .option('--exported <file>', 'only if this file of `audit export` has all of them')
    .option('--dry-run', 'only print what would go')
    .action((options: PruneOptions) =>
      run('audit prune', async (ctx, info) => (await import('../audit-prune.ts')).pruneAudit(ctx, info, options)),
    );
  withExamples(
    printsData(prune),
    'audit prune --before 2026-01-01 --dry-run',
    'audit prune --before 2026-01-01 --exported audit.jsonl',
  );
}
