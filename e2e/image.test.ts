import { type ChildProcess, spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginMfa } from './support/accounts.ts';
import { session, setUp, signIn } from './support/api.ts';
import { buildImage, type Image } from './support/image.ts';
import { authenticator } from './support/oath.ts';
import { nextPort } from './support/ports.ts';
import { setupLinkIn, temporaryFolder } from './support/server.ts';
import { until } from './support/until.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

// Mounting and changing the user are for root alone.
describe.skipIf(process.getuid?.() !== 0)('the image', () => {
  const running = new Set<{ kill: () => void }>();
  let image: Image;
  beforeAll(async () => {
    image = await buildImage(temporaryFolder('image'));
  });
  afterAll(() => {
    for (const one of running) one.kill();
  });

  test('is small, has no shell, and runs as a user of its own', () => {
    const megabytes = image.compressedSize() / 1e6;
    console.log(`the image: ${megabytes.toFixed(1)} MB compressed`);
    expect(megabytes).toBeLessThan(65);
    expect(readdirSync(join(image.tree, 'usr/local/bin'))).toEqual(['node', 'warifu']);
    expect(['bin', 'sbin', 'usr/bin'].filter((folder) => existsSync(join(image.tree, folder)))).toEqual([]);
    expect(image.config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(image.config.Volumes).toEqual({ '/data': {} });
    const writable = spawnSync('find', [image.tree, '-xdev', '-type', 'f', '-perm', '/022'], { encoding: 'utf8' });
    expect(writable.stdout).toBe('');
  });

  test('first set-up, MFA, restart, sign-in: with a read-only root and no capability', async () => {
    const dataDir = temporaryFolder('image-data');
    chownSync(dataDir, ...(image.config.User.split(':').map(Number) as [number, number]));
    const port = await nextPort();
    const baseUrl = `http://localhost:${port}`;
    const env = { WARIFU_PORT: String(port), WARIFU_BASE_URL: baseUrl, WARIFU_SMTP_URL: 'none' };

    const first = container(dataDir, env);
    await first.ready();
    await setUp(baseUrl, setupLinkIn(first.output()), owner);
    const root = await session(baseUrl, owner);
    const device = authenticator(await beginMfa(root));
    const confirmed = await root.call('POST', `/v1/operators/${root.operatorId}/mfa/verify`, {
      mfaOTPCode: await device.next(),
    });
    expect(confirmed.status).toBe(200);
    const [pid] = first.node();
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).toMatch(/ \/ ro,/);
    const healthcheck = image.config.Healthcheck.Test.slice(2);
    expect(await ended(image.run(dataDir, env, healthcheck))).toEqual([0, expect.any(String)]);
    expect(await first.stop()).toBe(0);
    expect(await ended(image.run(dataDir, env, healthcheck))).toEqual([1, expect.any(String)]);

    const second = container(dataDir, env);
    await second.ready();
    expect((await signIn(baseUrl, owner)).json['code']).toBe('MFA0001');
    expect((await signIn(baseUrl, owner, await device.next())).status).toBe(200);
    expect(await ended(image.run(dataDir, env, ['audit', 'verify']))).toEqual([0, expect.stringContaining('whole')]);
    expect(await second.stop()).toBe(0);
  });

  function container(dataDir: string, env: Record<string, string>) {
    const child = image.run(dataDir, env);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part: Buffer) => (output += part.toString()));
    const exit = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 128)));
    // `unshare` does not pass signals on; its only child is the first process of the container.
    const node = () =>
      readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number);
    const stop = () => {
      for (const pid of node()) process.kill(pid, 'SIGTERM');
      return exit;
    };
    const ready = () =>
      until(() => {
        if (child.exitCode !== null) throw new Error(`the container ended with ${child.exitCode}:\n${output}`);
        return output.includes('"msg":"ready"');
      }, 'the server in the container');
    return { output: () => output, ready, node, stop };
  }
});

async function ended(child: ChildProcess): Promise<[number, string]> {
  const code = new Promise<number>((resolve) => child.once('close', (ended) => resolve(ended ?? 128)));
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const printed = await Promise.all(streams.map(text));
  return [await code, printed.join('')];
}
