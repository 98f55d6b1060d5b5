import type { Command } from 'commander';
import { attempt, type Output, printsData, withExamples } from '../frame.ts';

/** The command `db` and what it groups. */
export function registerDb(program: Command): void {
  const db = program.command('db').description('the tables of the database');
  const status = db
    .command('status')
    .description('say which migrations the database has and lacks; changes nothing, and fails when it lacks any')
    .action((output: Output) =>
      attempt(async () => (await import('../db.ts')).printDatabaseStatus(await configured(), output)),
    );
  withExamples(printsData(status), 'db status', 'db status --json');
  const migrate = db
    .command('migrate')
    .description('bring the tables up to date, as the start of the server does')
    .action((output: Output) =>
      attempt(async () => (await import('../db.ts')).migrateDatabase(await configured(), output)),
    );
  withExamples(printsData(migrate), 'db migrate');
}

async function configured() {
  return (await import('../../config/config.ts')).readConfig(process.env);
}
