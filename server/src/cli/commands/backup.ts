import type { Command } from 'commander';
import type { BackupOptions } from '../backup.ts';
import { attempt, printsData, withExamples } from '../frame.ts';

/** The command `backup`. */
export function registerBackup(program: Command): void {
  const backup = program
    .command('backup')
    .description('copy the database into a new file, beside a running server; the keys are not in it')
    .argument('<file|folder>', 'a new file, or a folder for one that is named after the time')
    .option('--keys-to <file|folder>', 'copy the key file as well, to another place')
    .option('--damaged', 'keep the copy also when the database is damaged')
    .action((target: string, options: BackupOptions) =>
      attempt(async () => (await import('../backup.ts')).backupDatabase(target, options)),
    );
  withExamples(printsData(backup), 'backup /srv/backups/', 'backup warifu.db --keys-to /media/safe/');
}
