import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { hashSecret } from '../server/src/crypto/tokens.ts';
import { digitsOf } from './requests.ts';

/** Copies of a session that was opened by a real sign-in; only its ids and secrets differ. */
export type Copies = {
  readonly token: string;
  readonly tokenPrefix: string;
  readonly keyPrefix: string;
  /** Their numbers, which follow the prefixes. */
  readonly numbers: readonly number[];
};

/** Fills the table of sessions in one transaction. No server may run on an SQLite file meanwhile. */
export async function copySessions(databaseUrl: string, copies: readonly Copies[]): Promise<void> {
  if (databaseUrl.startsWith('sqlite:')) copyInSqlite(databaseUrl.slice('sqlite:'.length), copies);
  else await copyInPostgres(databaseUrl, copies);
}

function copyInSqlite(file: string, copies: readonly Copies[]): void {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true });
  const columns = database
    .prepare('select name from pragma_table_info(?)')
    .all('sessions')
    .map(({ name }) => String(name));
  const insert = database.prepare(copyStatement(columns, ['?', '?', '?', '?']));
  database.exec('begin immediate');
  for (const copy of copies) {
    const template = hashSecret(copy.token);
    for (const number of copy.numbers) insert.run(...secretsOf(copy, number), template);
  }
  // As a long life would leave them: statistics for the planner, nothing in the write-ahead log.
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
}

async function copyInPostgres(url: string, copies: readonly Copies[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const named = await client.query<{ name: string }>(
      "select column_name as name from information_schema.columns where table_name = 'sessions'",
    );
    const insert = copyStatement(
      named.rows.map(({ name }) => name),
      ['$1', '$2', '$3', '$4'],
    );
    await client.query('begin');
    for (const copy of copies) {
      const template = hashSecret(copy.token);
      for (const number of copy.numbers)
        await client.query({ name: 'copy', text: insert, values: [...secretsOf(copy, number), template] });
    }
    await client.query('commit');
    await client.query('analyze');
  } finally {
    await client.end();
  }
}

/** Whatever columns the table has: what is not named here is taken over from the session that is copied. */
function copyStatement(
  columns: readonly string[],
  [id, token, key, template]: readonly [string, string, string, string],
): string {
  const own: Record<string, string> = { session_id: id, token_hash: token, api_key_hash: key };
  const values = columns.map((column) => own[column] ?? column);
  return `insert into sessions (${columns.join(', ')}) select ${values.join(', ')} from sessions where token_hash = ${template}`;
}

function secretsOf({ tokenPrefix, keyPrefix }: Copies, number: number): [string, string, string] {
  const digits = digitsOf(number);
  const token = tokenPrefix + digits;
  return [`copy-${hashSecret(token).slice(0, 12)}-${digits}`, hashSecret(token), hashSecret(keyPrefix + digits)];
}
