import type { Command } from 'commander';
import { type Output, printsData, run, withExamples } from '../frame.ts';

/** The command `passkeys` and what it groups. */
export function registerPasskeys(program: Command): void {
  const passkeys = program.command('passkeys').description('passkeys, when the host name of the server changes');
  const list = passkeys
    .command('list')
    .description('print who has passkeys, for which host, and how each person gets in without them')
    .action((output: Output) =>
      run('passkeys list', async (ctx) => (await import('../passkeys.ts')).printPasskeys(ctx, output)),
    );
  withExamples(printsData(list), 'passkeys list', 'passkeys list --json');
  const remove = passkeys
    .command('remove')
    .description('remove the passkeys of a former host; MFA stays on, and everybody concerned is told by mail')
    .argument('<host>', 'the former host name, as the list has it')
    .action((host: string) =>
      run('passkeys remove', async (ctx, info) => (await import('../passkeys.ts')).removePasskeys(ctx, info, host)),
    );
  withExamples(remove, 'passkeys remove id.example.com');
}
