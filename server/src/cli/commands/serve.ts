import type { Command } from 'commander';
import { fail, withExamples } from '../frame.ts';

/** The command `serve`. */
export function registerServe(program: Command): void {
  const serve = program
    .command('serve')
    .description('run the server; what is done when no command is given')
    .action(async () => {
      try {
        await (await import('../serve.ts')).serve();
      } catch (error) {
        await fail(error);
        process.exit();
      }
    });
  withExamples(serve, 'serve');
}
