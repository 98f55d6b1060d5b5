import type { Command } from 'commander';
import { type Output, printsData, run, withExamples } from '../frame.ts';
import type { GateKeyOptions } from '../gate-key.ts';

/** The command `gate-key` and what it groups. */
export function registerGateKey(program: Command): void {
  const gateKey = program.command('gate-key').description('keys with which guarded programs ask the gate');
  const create = gateKey
    .command('create')
    .description('make a gate key and print it; it is shown only now')
    .requiredOption('--name <name>', 'what the list calls it, such as the program that gets it')
    .option('--operator <id>', 'the one operator that it may ask about; without it, every operator')
    .action((options: GateKeyOptions) =>
      run('gate-key create', async (ctx, info) => (await import('../gate-key.ts')).printNewKey(ctx, info, options)),
    );
  withExamples(
    printsData(create),
    'gate-key create --name orders',
    'gate-key create --name orders --operator OP0012345678',
  );
  const list = gateKey
    .command('list')
    .description('print every gate key, without its secret')
    .action((output: Output) =>
      run('gate-key list', async (ctx) => (await import('../gate-key.ts')).printGateKeys(ctx, output)),
    );
  withExamples(printsData(list), 'gate-key list');
  const revoke = gateKey
    .command('revoke')
    .description('revoke a gate key; the next question with it is refused')
    .argument('<id>', 'ID of the key, as the list has it')
    .action((id: string) =>
      run('gate-key revoke', async (ctx, info) => (await import('../gate-key.ts')).revoke(ctx, info, id)),
    );
  withExamples(revoke, 'gate-key revoke 0b0f5c1e-7a52-4b60-9f0e-3a1f6f1d2c11');
}
