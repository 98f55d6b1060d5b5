import type { Command } from 'commander';
import { type Output, printsData, run, withExamples } from '../frame.ts';

/** The command `keys` and what it groups. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('the keys that are kept outside the database');
  const rotate = keys
    .command('rotate')
    .description('put new keys in the place of the old ones, beside running servers; goes on after it was cut off')
    .action((output: Output) =>
      run('keys rotate', async (ctx, info) => (await import('../keys.ts')).rotateKeysCommand(ctx, info, output)),
    );
  withExamples(printsData(rotate), 'keys rotate');
  const status = keys
    .command('status')
    .description('show which keys there are, what they have sealed, and which running servers have them')
    .action((output: Output) => run('keys status', async (ctx) => (await import('../keys.ts')).printKeys(ctx, output)));
  withExamples(printsData(status), 'keys status');
}
