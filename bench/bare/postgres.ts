import { createServer } from 'node:http';
import pg from 'pg';
import { listen } from './listen.ts';
import { runLoop } from './loop.ts';

/**
 * Bare prepared look-ups of sessions with `pg`, in a pool as large as the server's: behind HTTP (`postgres.ts http <url>`)
 * or without it (`postgres.ts <seconds> <in flight> <url>`).
 */
const url = process.argv.at(-1) ?? '';
const pool = new pg.Pool({ connectionString: url, max: 10 });
const known = await pool.query<{ token_hash: string }>('select token_hash from sessions limit 1000');
const hashes = known.rows.map((row) => row.token_hash);
const text =
  'select s.*, u.user_name, u.permission from sessions s join users u using (operator_id, user_id) where s.token_hash = $1';

if (process.argv[2] === 'http') {
  listen(
    createServer((_, response) => {
      lookUp().then(
        () => response.setHeader('content-type', 'application/json; charset=utf-8').end('{"status":"INACTIVE"}'),
        () => response.writeHead(500).end(),
      );
    }),
  );
} else {
  await runLoop(lookUp);
  await pool.end();
}

async function lookUp(): Promise<void> {
  const hash = hashes[Math.floor(Math.random() * hashes.length)];
  const { rows } = await pool.query({ name: 'session', text, values: [hash] });
  if (rows.length !== 1) throw new Error('no session');
}
