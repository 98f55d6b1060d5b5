import { type Command, Option } from 'commander';
import { type Output, printsData, run, withExamples } from '../frame.ts';
import type { OperatorOptions } from '../operator-create.ts';

/** The command `operator` and what it groups. */
export function registerOperator(program: Command): void {
  const operator = program.command('operator').description('operators');
  const create = operator
    .command('create')
    .description('create an operator with its root user; prints {"operatorId":"OP…"}')
    .requiredOption('--email <address>', 'primary email address of the root user')
    .requiredOption('--password-stdin', 'read the password from standard input')
    .addOption(new Option('--lang <language>', 'language of the root user').choices(['ja', 'en']).default('en'))
    .action((options: OperatorOptions) =>
      run(
        'operator create',
        async (ctx, info) => (await import('../operator-create.ts')).createOperatorCommand(ctx, info, options),
        'may be new',
      ),
    );
  withExamples(printsData(create), 'operator create --email root@example.com --password-stdin < password.txt');
  const list = operator
    .command('list')
    .description('print every operator')
    .action((output: Output) =>
      run('operator list', async (ctx) => (await import('../operator-list.ts')).printOperators(ctx, output)),
    );
  withExamples(printsData(list), 'operator list', 'operator list --json');
}
