import type { Command } from 'commander';
import { type Output, printsData, run, withExamples } from '../frame.ts';

/** The command `setup-link`. */
export function registerSetupLink(program: Command): void {
  const command = program
    .command('setup-link')
    .description('make a new one-time link for the first operator')
    .action((options: Output) =>
      run('setup-link', async (ctx) => (await import('../setup-link.ts')).printSetupLink(ctx, options)),
    );
  withExamples(printsData(command), 'setup-link');
}
