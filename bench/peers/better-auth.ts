import { createServer, type RequestListener } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { listen } from '../bare/listen.ts';
import { library } from '../libraries.ts';

/** better-auth behind `node:http`, on node:sqlite: `better-auth.ts <database file> <users>`. */
type Auth = {
  readonly options: object;
  readonly api: { signUpEmail(input: { body: object }): Promise<object> };
};
type BetterAuth = { readonly betterAuth: (options: object) => Auth };
type Migration = { readonly getMigrations: (options: object) => Promise<{ runMigrations(): Promise<void> }> };
type NodeHandler = { readonly toNodeHandler: (auth: Auth) => RequestListener };

const [file = '', users = '0', port = '0'] = process.argv.slice(2);
const database = new DatabaseSync(file);
// As the product has it.
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
const { betterAuth } = await library<BetterAuth>('better-auth');
const auth = betterAuth({
  database,
  secret: 'a secret of the bench that has more than 32 characters',
  baseURL: `http://127.0.0.1:${port}`,
  emailAndPassword: { enabled: true },
  // What its guide to performance recommends; so long that no slice meets its end.
  session: { cookieCache: { enabled: true, maxAge: 3600 } },
  // One source sends everything here.
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: 'error' },
});
const { getMigrations } = await library<Migration>('better-auth/db/migration');
await (await getMigrations(auth.options)).runMigrations();
for (let i = 0; i < Number(users); i++) {
  const body = { name: `User ${i}`, email: `user${i}@example.com`, password: `bench pass phrase of number ${i}` };
  await auth.api.signUpEmail({ body });
}
const { toNodeHandler } = await library<NodeHandler>('better-auth/node');
listen(createServer(toNodeHandler(auth)), Number(port));
