import { type Command, Option } from 'commander';
import type { ImportOptions } from '../catalogue.ts';
import { type Output, printsData, run, withExamples } from '../frame.ts';

/** The command `catalogue` and what it groups. */
export function registerCatalogue(program: Command): void {
  const catalogue = program.command('catalogue').description('the operations of guarded APIs');
  const read = catalogue
    .command('import')
    .description('take the operations of an OpenAPI 3 or Swagger 2.0 file, instead of those that the name had before')
    .argument('<file>', 'JSON or YAML')
    .requiredOption('--name <name>', 'what the catalogue is called here')
    .option('--host <host>', 'the host that the API stands at; without it, any')
    .addOption(
      new Option('--unknown <what>', 'what is said of calls that the file does not describe')
        .choices(['deny', 'signed-in'])
        .default('deny'),
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
    .description('print every catalogue')
    .action((output: Output) =>
      run('catalogue list', async (ctx) => (await import('../catalogue.ts')).printCatalogues(ctx, output)),
    );
  withExamples(printsData(list), 'catalogue list');
  const remove = catalogue
    .command('remove')
    .description('forget a catalogue; permissions that name its operations stay')
    .argument('<name>', 'as the list has it')
    .action((name: string) =>
      run('catalogue remove', async (ctx, info) => (await import('../catalogue.ts')).remove(ctx, info, name)),
    );
  withExamples(remove, 'catalogue remove orders');
}
