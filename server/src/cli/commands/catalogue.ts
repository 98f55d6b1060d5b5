import { type Command, Option } from 'commander';
import type { ImportOptions, OwnerOption, RemoveOptions } from '../catalogue.ts';
import { type Output, printsData, run, withExamples } from '../frame.ts';

const leftOut = 'without it, as before';
const ownerHelp = 'for this operator only; without it, for all';

/** The command `catalogue` and what it groups. */
export function registerCatalogue(program: Command): void {
  const catalogue = program.command('catalogue').description('the operations of guarded APIs');
  const read = catalogue
    .command('import')
    .description('take the operations of an OpenAPI 3 or Swagger 2.0 file, instead of those that the name had before')
    .argument('<file>', 'JSON or YAML')
    .requiredOption('--name <name>', 'what the catalogue is called here')
    .option('--operator <id>', ownerHelp)
    .option('--host <host>', `the host that the API stands at, or "" for any; ${leftOut}, any for a new catalogue`)
    .addOption(
      new Option(
        '--unknown <what>',
        `what is said of calls that the file does not describe; ${leftOut}, deny for a new catalogue`,
      ).choices(['deny', 'signed-in', 'signed in']),
    )
    .option('--dry-run', 'only say what would change')
    .action((file: string, options: ImportOptions) =>
      run('catalogue import', async (ctx, info) =>
        (await import('../catalogue.ts')).importFile(ctx, info, { ...options, file }),
      ),
    );
  withExamples(
    printsData(read),
    'catalogue import openapi.yaml --name orders',
    'catalogue import openapi.yaml --name orders --host api.example.com --dry-run',
  );
  const list = catalogue
    .command('list')
    .description('print the catalogues that are for all operators')
    .option('--operator <id>', 'those that this operator imported')
    .action((options: Output & OwnerOption) =>
      run('catalogue list', async (ctx) => (await import('../catalogue.ts')).printCatalogues(ctx, options)),
    );
  withExamples(printsData(list), 'catalogue list', 'catalogue list --operator OP0123456789');
  const remove = catalogue
    .command('remove')
    .description('forget a catalogue; permissions that name its operations stay')
    .argument('<name>', 'as the list has it')
    .option('--operator <id>', 'one that this operator imported')
    .option('--dry-run', 'only say whose permissions it touches')
    .action((name: string, options: Omit<RemoveOptions, 'name'>) =>
      run('catalogue remove', async (ctx, info) =>
        (await import('../catalogue.ts')).remove(ctx, info, { ...options, name }),
      ),
    );
  withExamples(remove, 'catalogue remove orders', 'catalogue remove orders --dry-run');
}
