import type { Command } from 'commander';
import type { BreakGlassOptions } from '../break-glass.ts';
import { printsData, run, withExamples } from '../frame.ts';

/** The command `break-glass` and what it groups. */
export function registerBreakGlass(program: Command): void {
  const breakGlass = program.command('break-glass').description('ways in when nobody can sign in any more');
  const mfa = breakGlass
    .command('mfa')
    .description("switch a root user's MFA off; waits 24 hours, every address is told and can stop it")
    .requiredOption('--operator <id>', 'operator ID')
    .requiredOption('--reason <text>', 'why; goes into the audit log and the mails')
    .option('--now', 'do not wait')
    .action((options: BreakGlassOptions) =>
      run('break-glass mfa', async (ctx) => (await import('../break-glass.ts')).breakGlassMfa(ctx, options)),
    );
  withExamples(printsData(mfa), 'break-glass mfa --operator OP0012345678 --reason "phone and backup codes lost"');
}
