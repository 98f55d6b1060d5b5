import type { Command } from 'commander';
import type { PrintOptions } from '../config.ts';
import { attempt, type Output, printsData, withExamples } from '../frame.ts';

/** The command `config` and what it groups. */
export function registerConfig(program: Command): void {
  const config = program.command('config').description('the settings');
  const printed = config
    .command('print')
    .description('print every setting and where it came from, without secrets')
    .option('--redact', 'without secrets; so it is without this option too')
    .option('--show-secrets', 'print secrets as they are')
    .action((options: PrintOptions) => attempt(async () => (await import('../config.ts')).printConfig(options)));
  withExamples(printsData(printed), 'config print', 'config print --json');
  const check = config
    .command('check')
    .description('say all that is wrong with the settings; no database is touched')
    .action((output: Output) => attempt(async () => (await import('../config.ts')).checkConfig(output)));
  withExamples(printsData(check), 'config check');
}
