import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { type Config, readConfig } from '../../src/config/config.ts';
import type { Context } from '../../src/context.ts';
import { newCounts } from '../../src/counts.ts';
import { loadKeys } from '../../src/crypto/keys.ts';
import { createHasher } from '../../src/crypto/passwords.ts';
import { newId } from '../../src/crypto/tokens.ts';
import { migrate, openDatabase } from '../../src/db/database.ts';
import { newHealth } from '../../src/health.ts';
import type { LinkMail, Notice } from '../../src/mail/facts.ts';
import { enqueueMail, type NewMail } from '../../src/mail/outbox.ts';
import { patient } from '../support/server.ts';

export type Engine = 'SQLite' | 'PostgreSQL';
const adminUrl = process.env.WARIFU_TEST_POSTGRES_URL;
/** PostgreSQL only where a cluster is given. */
export const engines: readonly Engine[] = adminUrl ? ['SQLite', 'PostgreSQL'] : ['SQLite'];

export type World = {
  readonly ctx: Context;
  /** The clock of `ctx.now`. */
  readonly clock: { now: number };
  /** What was logged. */
  readonly lines: readonly string[];
  /** The same database as another server sees it; an embedded file has one server, so there it is the same. */
  readonly otherServer: () => Context;
  readonly setSmtp: (url: string | undefined) => void;
  readonly end: () => Promise<void>;
};

/** 22 November 2026, 09:04:05 UTC. */
export const start = Date.UTC(2026, 10, 22, 9, 4, 5);

export async function makeWorld(engine: Engine, env: Record<string, string> = {}): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'warifu-mail-'));
  const database = await makeDatabase(engine, dataDir);
  const settings = { WARIFU_DATA_DIR: dataDir, WARIFU_DATABASE_URL: database.url, ...env };
  let config: Config = readConfig(settings);
  const clock = { now: start };
  const lines: string[] = [];
  const opened: Context['db'][] = [];
  const open = (): Context => {
    const db = openDatabase(database.url, () => {}, patient);
    opened.push(db);
    return {
      db,
      now: () => clock.now,
      keys: loadKeys(join(dataDir, 'keys/keys.json')),
      get config() {
        return config;
      },
      hasher,
      counts: newCounts(false),
      log: pino({ level: 'trace', base: null }, { write: (line: string) => void lines.push(line) }),
      wake: () => {},
      settleClock: async () => {},
      health: newHealth(),
    };
  };
  const hasher = createHasher({ slots: 1 });
  const ctx = open();
  await migrate(ctx.db);
  return {
    ctx,
    clock,
    lines,
    otherServer: () => (engine === 'SQLite' ? ctx : open()),
    setSmtp: (url) => {
      config = readConfig({ ...settings, ...(url && { WARIFU_SMTP_URL: url }) });
    },
    end: async () => {
      for (const db of opened) await db.destroy();
      await database.drop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

async function makeDatabase(engine: Engine, dataDir: string) {
  if (engine === 'SQLite') return { url: `sqlite:${join(dataDir, 'warifu.db')}`, drop: async () => {} };
  const name = `mail_${newId().replaceAll('-', '')}`;
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await admin(`create database ${name}`);
  const url = new URL(adminUrl ?? '');
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin(`drop database ${name} with (force)`) };
}

export const happening = {
  at: start,
  sourceIp: '203.0.113.7',
  userAgent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  operatorId: 'OP0012345678',
  account: 'root@example.com',
};

export function notice(over: Partial<Notice> = {}): Notice {
  return { template: 'notice', event: 'mfa_disabled', host: 'old.example.com', ...happening, ...over };
}

export function linkMail(over: Partial<LinkMail> = {}): LinkMail {
  const link = 'http://localhost:8787/mfa/reset/verify#SECRET-TOKEN-123';
  return { template: 'mfa_reset_link', link, lifeMinutes: 30, ...happening, ...over };
}

export async function enqueue(ctx: Context, over: Partial<NewMail> = {}): Promise<void> {
  const mail = { operatorId: 'OP0012345678', recipient: 'root@example.com', language: 'ja' as const, facts: notice() };
  await enqueueMail(ctx.db, ctx, { ...mail, ...over });
}

export function outboxRows(ctx: Context) {
  return ctx.db.selectFrom('outbox').selectAll().orderBy('created_at').orderBy('mail_id').execute();
}
