import type { Command } from 'commander';
import { type Output, printsData, run, withExamples } from '../frame.ts';

/** The command `mails`. */
export function registerMails(program: Command): void {
  const command = program
    .command('mails')
    .description('print the mails that a server without SMTP keeps')
    .action((options: Output) => run('mails', async (ctx) => (await import('../mails.ts')).printMails(ctx, options)));
  withExamples(printsData(command), 'mails');
}
