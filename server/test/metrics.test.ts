import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config/config.ts';
import { noteBackup } from '../src/db/state.ts';
import { serveMetrics } from '../src/metrics/listen.ts';
import { requestOverride, runDueOverrides } from '../src/recovery/host-override.ts';
import { call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { enrol, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const token = 'a token of some length';
const bearer = { authorization: `Bearer ${token.replaceAll(' ', '-')}` };

type Series = { readonly name: string; readonly labels: Record<string, string>; readonly value: number };

function seriesOf(text: string): Series[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      expect(name, line).not.toBe('');
      const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

/** The sum of the series of a name whose labels are among others. */
function valueOf(all: readonly Series[], name: string, labels: Record<string, string> = {}): number {
  const fits = (series: Series) => Object.entries(labels).every(([key, value]) => series.labels[key] === value);
  return all.filter((series) => series.name === name && fits(series)).reduce((sum, { value }) => sum + value, 0);
}

describe.each(engines)('metrics on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_METRICS_TOKEN: token.replaceAll(' ', '-') });
    root = await newRoot(server);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server, [503]));

  const scrape = async () => {
    const answer = await call(server, 'GET', '/metrics', { headers: bearer });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    return seriesOf(answer.text);
  };
  /** By how much something went up. */
  const growth = async (work: () => Promise<unknown>) => {
    const before = await scrape();
    await work();
    const after = await scrape();
    return (name: string, labels?: Record<string, string>) =>
      valueOf(after, name, labels) - valueOf(before, name, labels);
  };

  it('are for who has the token', async () => {
    for (const authorization of ['', 'Bearer', 'Bearer x', `Basic ${token}`, `${bearer.authorization}x`]) {
      expect((await call(server, 'GET', '/metrics', { headers: { authorization } })).status).toBe(401);
    }
    const as = await signIn(server, root);
    expect((await call(server, 'GET', '/metrics', { as })).status).toBe(401);
  });

  it('count requests by route, sign-ins by outcome, decisions, MFA and refusals', async () => {
    const sam = 'desk';
    const grown = await growth(async () => {
      const as = await signIn(server, root);
      const desk = await signInSam(server, await newSam(server, root, as, sam, allow(['User:getUser'])));
      expect((await call(server, 'GET', userPath(root, sam), { as: desk })).status).toBe(200);
      expect((await call(server, 'GET', '/v1/nowhere', { as: desk })).status).toBe(404);
      expect((await call(server, 'DELETE', userPath(root, sam), { as: desk })).status).toBe(403);
      await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: 'wrong' } });
      await call(server, 'POST', '/v1/auth', { body: { email: 'nobody@example.com', password: 'wrong' } });
      const { seed } = await enrol(server, root);
      await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: root.password } });
      const again = await signIn(server, root, otpAt(seed, server.clock.now));
      const body = { password: root.password };
      const path = `/v1/operators/${root.operatorId}/mfa`;
      expect((await call(server, 'DELETE', path, { as: again, body })).status).toBe(204);
    });
    const attempts = (result: string) => grown('warifu_login_attempts_total', { method: 'api', result });
    expect(['success', 'failure', 'code_needed'].map(attempts)).toEqual([4, 2, 1]);
    expect(grown('warifu_authz_decisions_total', { result: 'deny' })).toBe(1);
    expect(grown('warifu_authz_decisions_total', { result: 'allow' })).toBeGreaterThanOrEqual(4);
    const changes = (action: string) =>
      grown('warifu_mfa_changes_total', { action, actor_kind: 'root', result: 'success' });
    expect(['begin', 'enable', 'disable'].map(changes)).toEqual([1, 1, 1]);
    expect(grown('warifu_http_errors_total', { code: 'AUM0017' })).toBe(1);
    expect(grown('warifu_audit_events_total')).toBeGreaterThanOrEqual(10);
    const user = { method: 'GET', route: '/v1/operators/:operator_id/users/:user_name' };
    const name = 'warifu_http_request_duration_seconds';
    expect(grown(`${name}_count`, { ...user, status_class: '2xx' })).toBe(1);
    expect(grown(`${name}_bucket`, { ...user, status_class: '2xx', le: '+Inf' })).toBe(1);
    expect(grown(`${name}_sum`, { ...user, status_class: '2xx' })).toBeGreaterThan(0);
    expect(grown(`${name}_count`, { route: 'none', status_class: '4xx' })).toBeGreaterThanOrEqual(1);
  });

  it('name nobody, and make no series for what somebody sends', async () => {
    const ask = async (from: number) => {
      for (let i = from; i < from + 20; i++) {
        const ip = `203.0.113.${i}`;
        await call(server, 'GET', `/nowhere/${i}?x=${i}`, { ip });
        await call(server, 'GET', `/v1/operators/OP00000000${10 + i}`, { ip });
        await call(server, 'POST', '/v1/auth', { ip, body: { email: `user${i}@example.com`, password: 'x' } });
      }
      return (await scrape()).filter(({ name }) => name.startsWith('warifu_'));
    };
    const before = await ask(0);
    const after = await ask(20);
    expect(after.length).toBe(before.length);
    const labels = after.map((series) => Object.values(series.labels).join(' ')).join('\n');
    expect(labels).not.toMatch(/@|OP\d|\d+\.\d+\.\d+\.\d+|desk|nowhere/);
  });

  it('tell the queue of mails, sessions and what the host did', async () => {
    server.clock.now += 3600_000;
    const { seed } = await enrol(server, root);
    expect(seed).not.toBe('');
    const wait = 24 * 3600_000;
    await requestOverride(server.ctx, { operatorId: root.operatorId, reason: 'lost', hostUser: 'op', wait });
    const asked = await freshScrape(server);
    expect(valueOf(asked, 'warifu_mfa_host_resets', { state: 'asked' })).toBe(1);
    expect(valueOf(asked, 'warifu_mail_queue_depth')).toBeGreaterThan(0);
    expect(valueOf(asked, 'warifu_mail_queue_oldest_seconds')).toBeGreaterThanOrEqual(3600);
    expect(valueOf(asked, 'warifu_sessions_active')).toBeGreaterThan(0);
    expect(valueOf(asked, 'warifu_database_up')).toBe(1);
    expect(valueOf(asked, 'warifu_backup_last_success_timestamp_seconds')).toBe(0);
    await noteBackup(server.ctx.db, server.clock.now);
    server.clock.now += wait;
    await runDueOverrides(server.ctx);
    const done = await freshScrape(server);
    expect(valueOf(done, 'warifu_mfa_host_resets', { state: 'asked' })).toBe(0);
    const backup = valueOf(done, 'warifu_backup_last_success_timestamp_seconds');
    expect(backup).toBe((server.clock.now - wait) / 1000);
    expect(valueOf(done, 'warifu_mfa_host_resets', { state: 'done' })).toBe(1);
    expect(valueOf(done, 'warifu_mfa_changes_total', { action: 'host_reset', actor_kind: 'host' })).toBe(2);
  });

  it('are there without the database, and say so', async () => {
    const { db } = server.ctx;
    await sql`alter table outbox rename to elsewhere`.execute(db);
    const lost = await freshScrape(server);
    await sql`alter table elsewhere rename to outbox`.execute(db);
    expect(valueOf(lost, 'warifu_database_up')).toBe(0);
    expect(lost.some(({ name }) => name === 'warifu_mail_queue_depth')).toBe(false);
    expect(lost.some(({ name }) => name === 'warifu_build_info')).toBe(true);
    expect(valueOf(await freshScrape(server), 'warifu_database_up')).toBe(1);
  });
});

/** A scrape by a listener of its own, which has read nothing yet. */
async function freshScrape(server: TestServer): Promise<Series[]> {
  const config = { ...server.ctx.config, metrics: { listen: { host: '127.0.0.1', port: 0 }, token: undefined } };
  const metrics = await serveMetrics({ ...server.ctx, config });
  try {
    const answer = await fetch(metrics?.address ?? '');
    expect(answer.status).toBe(200);
    return seriesOf(await answer.text());
  } finally {
    await metrics?.stop();
  }
}

describe('metrics on a port of their own', () => {
  let server: TestServer;
  afterAll(() => server.stop());

  it('are nowhere else, and nothing else is there', async () => {
    server = await startTestServer('sqlite', { WARIFU_METRICS_PORT: '0' });
    expect((await call(server, 'GET', '/metrics')).status).toBe(404);
    const metrics = await serveMetrics(server.ctx);
    const address = metrics?.address ?? '';
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    const answers = await Promise.all([
      fetch(address),
      fetch(address, { method: 'POST' }),
      fetch(new URL('/v1/auth', address)),
      fetch(new URL('/healthz', address)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 405, 404, 404]);
    expect(await answers[0]?.text()).toContain('process_cpu_seconds_total');
    await metrics?.stop();
  });

  it('ask for the token there too, when there is one', async () => {
    const config = { ...server.ctx.config, metrics: { listen: { host: '127.0.0.1', port: 0 }, token } };
    const metrics = await serveMetrics({ ...server.ctx, config });
    const ask = async (headers: Record<string, string>) => (await fetch(metrics?.address ?? '', { headers })).status;
    expect([await ask({}), await ask({ authorization: 'Bearer a' })]).toEqual([401, 401]);
    await metrics?.stop();
  });
});

describe('metrics that nobody asked for', () => {
  it('are not there, and no request is timed', async () => {
    const server = await startTestServer('sqlite');
    expect((await call(server, 'GET', '/metrics', { headers: bearer })).status).toBe(404);
    expect(server.ctx.counts.routes).toBeUndefined();
    expect(await serveMetrics(server.ctx)).toBeUndefined();
    await server.stop();
  });

  it.each([
    [{ WARIFU_METRICS_PORT: 'http' }, 'WARIFU_METRICS_PORT must be a whole number'],
    [{ WARIFU_METRICS_HOST: '0.0.0.0' }, 'WARIFU_METRICS_HOST needs WARIFU_METRICS_PORT'],
    [{ WARIFU_METRICS_TOKEN: 'short' }, 'WARIFU_METRICS_TOKEN must have at least 16 characters'],
  ])('are refused where %o cannot be meant', (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });
});
