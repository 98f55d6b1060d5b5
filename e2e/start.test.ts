import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../scripts/postgres.ts';
import { request, session, setUp, signIn } from './support/api.ts';
import { launch, program, type Server, serverEnv, startServer, temporaryFolder, untilReady } from './support/server.ts';
import { startSmtp } from './support/smtp.ts';
import { until } from './support/until.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

/** What Kubernetes puts into a pod, but `WARIFU_PORT`: that one is a setting here. */
const serviceLinks = {
  WARIFU_SERVICE_HOST: '10.96.0.12',
  WARIFU_SERVICE_PORT: '8787',
  WARIFU_SERVICE_PORT_HTTP: '8787',
  WARIFU_PORT_8787_TCP: 'tcp://10.96.0.12:8787',
  WARIFU_PORT_8787_TCP_PROTO: 'tcp',
  WARIFU_PORT_8787_TCP_PORT: '8787',
  WARIFU_PORT_8787_TCP_ADDR: '10.96.0.12',
};

/** Runs the server until it gives up by itself. */
async function refusal(env: Record<string, string>, dataDir = temporaryFolder('refused')) {
  const { exit, output, child } = launch([program, 'serve'], serverEnv(await freePort(), dataDir, { env }));
  const tooLate = setTimeout(() => child.kill('SIGKILL'), 15_000);
  const code = await exit;
  clearTimeout(tooLate);
  return { code, output: output() };
}

describe('npm start', () => {
  test('is ready within seconds, serves the console, and ends with 0 on SIGTERM', async () => {
    const port = await freePort();
    const begun = performance.now();
    // The npm that runs these tests.
    const npm = process.env.npm_execpath ?? '';
    const running = launch([npm, 'start'], serverEnv(port, temporaryFolder('npm-start')));
    await untilReady(`http://localhost:${port}`, running);
    const seconds = (performance.now() - begun) / 1000;
    console.log(`ready in ${seconds.toFixed(2)} s`);
    expect(seconds).toBeLessThan(60);
    const page = await request(`http://localhost:${port}`, 'GET', '/login');
    expect(page.headers.get('content-type')).toContain('text/html');
    running.child.kill('SIGTERM');
    expect(await running.exit).toBe(0);
  });
});

describe('a running server', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ env: { ...serviceLinks, WARIFU_INTERNAL_HOSTS: 'warifu' } });
  });
  afterAll(() => server.stop());

  test('takes the variables of a Kubernetes Service for none of its settings, and says so once', () => {
    const lines = server
      .stdout()
      .split('\n')
      .filter((line) => line.includes('Kubernetes'));
    expect(lines.map((line) => (JSON.parse(line) as { ignored: string[] }).ignored)).toEqual([
      Object.keys(serviceLinks),
    ]);
  });

  test('says where to begin in JSON lines', () => {
    expect(server.setupLink()).toMatch(new RegExp(`^${server.baseUrl}/setup#`));
    for (const line of server.stdout().trim().split('\n')) expect(() => void JSON.parse(line)).not.toThrow();
    expect(server.stderr()).toBe('');
  });

  test('is alone on its data folder', async () => {
    const { code, output } = await refusal({}, server.dataDir);
    expect(code).not.toBe(0);
    expect(output).toContain('Another Warifu server');
    expect((await fetch(`${server.baseUrl}/readyz`)).status).toBe(200);
  });

  test('has a key file that only its owner can read', () => {
    const files = globSync(join(server.dataDir, 'keys/*'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  });

  test('lets `npx warifu operator create` work beside it', async () => {
    const args = ['warifu', 'operator', 'create', '--email', owner.email, '--password-stdin'];
    const { status, stdout, stderr } = spawnSync('npx', args, {
      env: serverEnv(server.port, server.dataDir),
      input: `${owner.password}\n`,
      encoding: 'utf8',
    });
    expect(stderr + stdout).toContain('"operatorId"');
    expect(status).toBe(0);
    const { operatorId } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { operatorId: string };
    expect(operatorId).toMatch(/^OP\d{10}$/);
    expect((await signIn(server.baseUrl, owner)).json['operatorId']).toBe(operatorId);
  });
});

describe('the setup link', () => {
  test('works once, and not after a restart', async () => {
    const server = await startServer();
    const link = server.setupLink();
    await setUp(server.baseUrl, link, owner);
    await expect(setUp(server.baseUrl, link, { ...owner, email: 'second@example.com' })).rejects.toThrow(/AUM001[23]/);
    await server.stop();
    const again = await startServer({ dataDir: server.dataDir });
    expect(again.output()).not.toContain('/setup#');
    await session(again.baseUrl, owner);
    await again.stop();
  });
});

test('in a container on this computer it starts without SMTP when that is meant, and the host reads the mails', async () => {
  const env = { WARIFU_HOST: '0.0.0.0', WARIFU_SMTP_URL: 'none' };
  const server = await startServer({ env });
  await setUp(server.baseUrl, server.setupLink(), owner);
  // Whoever comes by the network, or by this computer, finds no mails.
  expect((await request(server.baseUrl, 'GET', '/mail-preview')).status).toBe(404);
  expect((await request(server.baseUrl, 'GET', '/v1/setup')).json).toMatchObject({ mailPreview: false });
  await request(server.baseUrl, 'POST', '/v1/auth/password_reset_token/issue', { email: owner.email });
  const mails = (more: Record<string, string>) => {
    const args = [program, 'mails'];
    return spawnSync(process.execPath, args, {
      env: serverEnv(server.port, server.dataDir, { env: { ...env, ...more } }),
      encoding: 'utf8',
    });
  };
  await until(() => mails({}).stdout.includes('/password/reset#'), 'the link in the mails that are kept');
  expect(mails({}).stdout).toContain(`To: ${owner.email}\n`);
  const sending = mails({ WARIFU_SMTP_URL: 'smtp://127.0.0.1:1' });
  expect([sending.status, sending.stdout]).toEqual([78, '']);
  await server.stop();
});

describe('the server refuses to start', () => {
  test('with a setting it does not know, and says what may be meant', async () => {
    const { code, output } = await refusal({ WARIFU_PROT: '1234' });
    expect(code).toBe(78);
    expect(output).toContain('WARIFU_PROT');
    expect(output).toContain('Did you mean WARIFU_PORT');
  });

  test('with a key file that others may read', async () => {
    const server = await startServer();
    await server.stop();
    for (const file of globSync(join(server.dataDir, 'keys/*'))) chmodSync(file, 0o644);
    const { code, output } = await refusal({}, server.dataDir);
    expect(code).toBe(78);
    expect(output).toContain('chmod 600');
  });

  test('on an address of the network without a way to send mail', async () => {
    const { code, output } = await refusal({ WARIFU_HOST: '0.0.0.0', WARIFU_BASE_URL: 'https://id.example.com' });
    expect(code).toBe(78);
    expect(output).toContain('WARIFU_SMTP_URL');
    const local = await refusal({ WARIFU_HOST: '0.0.0.0' });
    expect([local.code, local.output]).toEqual([78, expect.stringContaining('WARIFU_SMTP_URL=none')]);
    const meant = { WARIFU_HOST: '0.0.0.0', WARIFU_BASE_URL: 'https://id.example.com', WARIFU_SMTP_URL: 'none' };
    expect((await refusal(meant)).code).toBe(78);
  });

  test('with a base URL that a browser would not keep the session for', async () => {
    const { code, output } = await refusal({ WARIFU_BASE_URL: 'http://id.example.com' });
    expect(code).toBe(78);
    expect(output).toContain('https://');
  });
});

test('with SMTP it says so at the start, and a mail goes out', async () => {
  const smtp = await startSmtp();
  const server = await startServer({ smtpUrl: smtp.url });
  await setUp(server.baseUrl, server.setupLink(), owner);
  await until(() => smtp.mails.length > 0, 'the first notice');
  expect(smtp.mails[0]?.to).toEqual([owner.email]);
  await server.stop();
  await smtp.stop();
});
