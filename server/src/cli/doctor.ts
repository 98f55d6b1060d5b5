import { existsSync } from 'node:fs';
import { type Config, inspectConfig } from '../config/config.ts';
import { servingFault } from '../config/serving.ts';
import type { Environment } from '../config/setting.ts';
import type { Context } from '../context.ts';
import { loadKeys } from '../crypto/keys.ts';
import { asHostCommand, type Db, openDatabase } from '../db/database.ts';
import { startFailure } from '../db/start-failure.ts';
import { lastBackup } from '../db/state.ts';
import { assertPasskeysFit } from '../factors/relying-party.ts';
import { assertDatabase, assertKeysFit } from '../key-check.ts';
import { createLog } from '../log.ts';
import { type Presence, runningServers } from '../presence.ts';
import { createContext } from '../server.ts';
import { checkAudit, checkAuditGrowth } from './doctor/audit.ts';
import { checkBaseUrl } from './doctor/base-url.ts';
import { checkClock } from './doctor/clock.ts';
import { checkDatabase } from './doctor/database.ts';
import { type Finding, failure, fromMessage, ok, span, warning } from './doctor/finding.ts';
import { checkKeys } from './doctor/keys.ts';
import { checkMail } from './doctor/mail.ts';
import { exitCodes, type Output, print } from './frame.ts';

export type DoctorOptions = Output & { readonly audit?: boolean };

/** A backup is due once a day. */
const backupAge = 26 * 3_600_000;

/**
 * Prints what `diagnose` finds.
 * @returns the exit code: failure with findings, configuration when the settings cannot be used
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const { findings, isUsable } = await diagnose(process.env, options);
  const isWell = findings.every(({ level }) => level === 'ok');
  print(options, { ok: isWell, findings }, () => findings.map(inWords).join('\n'));
  if (!isUsable) return exitCodes.configuration;
  return isWell ? exitCodes.ok : exitCodes.failure;
}

/**
 * Looks at everything that a server needs, and says what to do about what is not well. Nothing is made or changed but one
 * row, which is removed again.
 */
export async function diagnose(env: Environment, options: DoctorOptions): Promise<Diagnosis> {
  const { config, findings: wrong } = inspectConfig(env);
  const fault = config && servingFault(config);
  const messages = [...wrong, ...(fault === undefined ? [] : [fault])];
  const unusable = messages.map((message) => fromMessage('configuration', message));
  const found = config === undefined ? [] : await examine(config, options);
  return { findings: [...unusable, ...found], isUsable: unusable.length === 0 };
}

type Diagnosis = { readonly findings: readonly Finding[]; readonly isUsable: boolean };

const marks = { ok: 'ok     ', warning: 'WARNING', error: 'ERROR  ' } as const;

function inWords({ check, level, found, todo }: Finding): string {
  return `${marks[level]}  ${check.padEnd(13)}  ${found}${todo === undefined ? '' : `\n${' '.repeat(24)}→ ${todo}`}`;
}

async function examine(config: Config, options: DoctorOptions): Promise<Finding[]> {
  const fine = ok('configuration', 'The settings can be used.');
  const { path, isGuarded } = config.keyFile;
  let db: Db | undefined;
  try {
    await assertDatabase(config);
    db = openDatabase(config.databaseUrl, () => {}, asHostCommand);
    const database = await attempt('database', () => checkDatabase(config, db as Db));
    if (!existsSync(path)) {
      const todo = 'Restore it from a backup, or correct WARIFU_KEYS_FILE.';
      return [fine, ...database, failure('keys', `The key file ${path} is missing.`, todo)];
    }
    const keys = await attempt('keys', async () => [loadKeys(path, isGuarded)]);
    const [own] = keys;
    if (own === undefined || 'check' in own) return [fine, ...database, ...(keys as Finding[])];
    const parts = { config, log: createLog('silent'), keys: own, db, now: () => Date.now() };
    return [
      fine,
      ...database,
      ...(await examineAll(
        createContext(parts, () => {}),
        options,
      )),
    ];
  } catch (error) {
    return [fine, fromMessage('database', startFailure(config.databaseUrl, error))];
  } finally {
    await db?.destroy();
  }
}

async function examineAll(ctx: Context, options: DoctorOptions): Promise<Finding[]> {
  let servers: readonly Presence[] = [];
  const checks: [Finding['check'], () => Promise<Finding[]>][] = [
    [
      'keys',
      async () => {
        await assertKeysFit(ctx.db, ctx.keys);
        return await checkKeys(ctx);
      },
    ],
    [
      'servers',
      async () => {
        servers = await runningServers(ctx.db);
        return [serversIn(servers)];
      },
    ],
    ['clock', () => checkClock(ctx, servers)],
    ['mail', () => checkMail(ctx)],
    ['base URL', async () => (servers.length === 0 ? [] : await checkBaseUrl(ctx))],
    ['base URL', async () => assertPasskeysFit(ctx).then(() => [])],
    ['backup', () => checkBackup(ctx)],
    ['audit log', () => checkAuditGrowth(ctx)],
    ...(options.audit ? [['audit log', () => checkAudit(ctx)] as [Finding['check'], () => Promise<Finding[]>]] : []),
  ];
  const findings: Finding[] = [];
  for (const [check, look] of checks) findings.push(...(await attempt(check, look)));
  return findings;
}

/** One check that cannot be made does not hide what the others find. */
async function attempt<T>(check: Finding['check'], look: () => Promise<T[]>): Promise<(T | Finding)[]> {
  try {
    return await look();
  } catch (error) {
    return [fromMessage(check, error)];
  }
}

function serversIn(servers: readonly Presence[]): Finding {
  if (servers.length === 0) return warning('servers', 'No server runs on this database.', 'Start it: npx warifu serve');
  const versions = [...new Set(servers.map(({ version }) => version))];
  if (versions.length === 1) return ok('servers', `${servers.length} running, version ${versions[0]}.`);
  return warning(
    'servers',
    `Versions ${versions.join(' and ')} run beside each other.`,
    'Bring all servers to one version.',
  );
}

async function checkBackup(ctx: Context): Promise<Finding[]> {
  const last = await lastBackup(ctx.db);
  const todo = 'Make one, and have it made every day: npx warifu backup FOLDER';
  if (last === undefined) return [warning('backup', 'No backup was ever made with warifu backup.', todo)];
  const found = `The last backup is ${span(ctx.now() - last)} old.`;
  return [ctx.now() - last > backupAge ? warning('backup', found, todo) : ok('backup', found)];
}
