import type { Command } from 'commander';
import { attempt, type Output, printsData, withExamples } from '../frame.ts';

/** The command `healthcheck`. */
export function registerHealthcheck(program: Command): void {
  const command = program
    .command('healthcheck')
    .description('ask the server that runs by these settings whether it is ready: 0 or 1')
    .action((output: Output) => attempt(async () => (await import('../healthcheck.ts')).checkHealth(output)));
  withExamples(printsData(command), 'healthcheck');
}
