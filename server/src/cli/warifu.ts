import { userInfo } from 'node:os';
import { errorMessage } from '@warifu/contract';
import { Command } from 'commander';
import serverPackage from '../../package.json' with { type: 'json' };
import { commandName } from '../command.ts';
import { ConfigError, readConfig } from '../config.ts';
import type { Context, RequestInfo } from '../context.ts';
import { KeyFileError } from '../crypto/keys.ts';
import { asHostCommand, openUpToDate } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { assertKeysFit, keysFor } from '../key-check.ts';
import { createLog } from '../log.ts';
import { createContext } from '../server.ts';
import { verifyAudit } from './audit-verify.ts';
import { type BreakGlassOptions, breakGlassMfa } from './break-glass.ts';
import { printMails } from './mails.ts';
import { createOperatorCommand } from './operator-create.ts';
import { serve } from './serve.ts';
import { printSetupLink } from './setup-link.ts';

/** sysexits.h EX_CONFIG: a supervisor need not try again. */
const badConfig = 78;
const badUsage = 2;

// SECURITY: nothing that this process writes is for other users of the host.
process.umask(0o077);

const program = new Command(commandName(process.env.PATH))
  .description('The server, and commands for the host that it runs on.')
  .version(serverPackage.version)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : badUsage));

program
  .command('serve', { isDefault: true })
  .description('run the server; settings are environment variables, WARIFU_…')
  .action(() =>
    serve().catch((error: unknown) => {
      fail(error);
      process.exit();
    }),
  );

program
  .command('operator')
  .description('operators')
  .command('create')
  .description('create an operator with its root user; prints {"operatorId":"OP…"}')
  .requiredOption('--email <address>', 'primary email address of the root user')
  .requiredOption('--password-stdin', 'read the password from standard input')
  .option('--lang <language>', 'language of the root user: ja or en', 'en')
  .action((options: { email: string; lang: string }) =>
    run('operator create', (ctx, info) => createOperatorCommand(ctx, info, options), 'may be new'),
  );

program
  .command('setup-link')
  .description('make a new one-time link for the first operator')
  .action(() => run('setup-link', printSetupLink));

program
  .command('mails')
  .description('print the mails that a server without SMTP keeps')
  .action(() => run('mails', printMails));

program
  .command('audit')
  .description('the audit log')
  .command('verify')
  .description('check that no row of the audit log was changed or removed')
  .action(() => run('audit verify', verifyAudit));

program
  .command('break-glass')
  .description('ways in when nobody can sign in any more')
  .command('mfa')
  .description("switch a root user's MFA off; waits 24 hours, every address is told and can stop it")
  .requiredOption('--operator <id>', 'operator ID')
  .requiredOption('--reason <text>', 'why; goes into the audit log and the mails')
  .option('--now', 'do not wait')
  .action((options: BreakGlassOptions) => run('break-glass mfa', (ctx) => breakGlassMfa(ctx, options)));

await program.parseAsync();

/** Runs a command against the database directly, beside a running server. Few commands may make a database. */
async function run(
  name: string,
  command: (ctx: Context, info: RequestInfo) => Promise<number>,
  database: 'may be new' | 'must be there' = 'must be there',
): Promise<void> {
  let ctx: Context | undefined;
  try {
    ctx = await openContext(database);
    process.exitCode = await command(ctx, hostInfo(name));
  } catch (error) {
    fail(error);
  } finally {
    await ctx?.db.destroy();
  }
}

/** Says why, in a sentence; nothing goes on after it. */
function fail(error: unknown): void {
  const message =
    error instanceof Failure ? errorMessage(error.code, 'en', error.params) : String((error as Error).message ?? error);
  process.stderr.write(`warifu: ${message}\n`);
  process.exitCode = error instanceof ConfigError || error instanceof KeyFileError ? badConfig : 1;
}

async function openContext(database: 'may be new' | 'must be there'): Promise<Context> {
  const config = readConfig(process.env);
  const log = createLog('silent');
  const keys = await keysFor(config, database);
  const db = await openUpToDate(config.databaseUrl, () => {}, { manners: asHostCommand });
  await assertKeysFit(db, keys);
  return createContext({ config, log, keys, db, now: () => Date.now() }, () => {});
}

function hostInfo(name: string): RequestInfo {
  const apiKind = `Host:${name}`;
  const userAgent = `host:${userInfo().username}`;
  return { requestId: '', sourceIp: '', userAgent, method: '', path: '', apiKind, language: 'en' };
}
