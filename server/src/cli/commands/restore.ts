import type { Command } from 'commander';
import { attempt, printsData, withExamples } from '../frame.ts';
import type { RestoreOptions } from '../restore.ts';

/** The command `restore`. */
export function registerRestore(program: Command): void {
  const restore = program
    .command('restore')
    .description('put a backup in the place of the database, with no server running on it; sessions and links end')
    .argument('<file>', 'a backup that `backup` made, with its manifest beside it')
    .option('--replace', 'keep the database that is there aside, and take its place')
    .action((file: string, options: RestoreOptions) =>
      attempt(async () => (await import('../restore.ts')).restoreDatabase(file, options)),
    );
  withExamples(printsData(restore), 'restore /srv/backups/warifu-20261129T031500Z.db', 'restore warifu.db --replace');
}
