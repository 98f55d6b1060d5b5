import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/postgres.ts';
import { root as checkout } from '../../scripts/processes.ts';
import { get } from './support/raw.ts';
import { type SignedInRoot, signedInRoot, signedInSam, startWarifu, type Warifu } from './support/warifu.ts';

/** The programs of the guide that guard a route, whole, as a reader copies them. */
function programsIn(path: string): string[] {
  const text = readFileSync(join(checkout, path), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.filter((block) => block.includes("allow.operation('Order:getOrder')"));
}

const programs = programsIn('docs/guides/gate-client.md');
const nameOf = (program: string) => /@warifu\/client\/(\w+)/.exec(program)?.[1] ?? '';

describe('the guide', () => {
  let warifu: Warifu;
  let root: SignedInRoot;
  let folder: string;
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    warifu = await startWarifu();
    root = await signedInRoot(warifu);
    mkdirSync(join(checkout, 'dist'), { recursive: true });
    folder = mkdtempSync(join(checkout, 'dist/guide-'));
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
    await warifu.stop();
  });

  it('shows each framework, in both languages', () => {
    expect(programs.map(nameOf)).toEqual(['hono', 'express', 'fastify']);
    expect(programsIn('docs/guides/ja/gate-client.md')).toEqual(programs);
  });

  it.each(programs.map((program) => [nameOf(program), program]))(
    'guards a route of %s in ten lines at most, as it is written',
    async (name, program) => {
      expect(program.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(10);
      const file = join(folder, `${name}.ts`);
      writeFileSync(file, program);
      const port = await freePort();
      const env = { ...process.env, WARIFU_URL: warifu.url, GATE_KEY: await warifu.newGateKey(), PORT: String(port) };
      const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'inherit', 'inherit'] });
      running.add(child);
      const status = async (headers = {}) => (await get(port, '/orders/7', headers).catch(() => undefined))?.status;
      await expect.poll(() => status(), { interval: 100 }).toBe(401);
      const [may, mayNot] = [
        await signedInSam(root, `${name}1`, [{ effect: 'allow', api: 'Order:getOrder' }]),
        await signedInSam(root, `${name}2`, []),
      ];
      const as = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` });
      expect((await get(port, '/orders/7', as(may.credential))).body).toMatchObject({ userName: `${name}1` });
      expect(await status(as(mayNot.credential))).toBe(403);
    },
  );
});
