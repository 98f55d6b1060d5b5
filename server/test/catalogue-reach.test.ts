import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ofHost, readCatalogues } from '../src/authorize/imported.ts';
import { type ImportOptions, importFile } from '../src/cli/catalogue.ts';
import { removeCatalogue } from '../src/gate/catalogue/catalogues.ts';
import { type Credentials, call } from './support/client.ts';
import { runCommand } from './support/command.ts';
import { byHost, hostInfo } from './support/host.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('where catalogues count, and what they say of other calls, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let folder: string;
  let path: string;

  beforeAll(async () => {
    server = await startTestServer(engine);
    root = await newRoot(server);
    as = await signIn(server, root);
    folder = await mkdtemp(join(tmpdir(), 'warifu-catalogue-'));
    path = join(folder, 'orders.json');
    await writeFile(path, text);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await server.stop();
  });

  const text = JSON.stringify({ openapi: '3.1.0', paths: { '/a': { get: { tags: ['注文'] } } } });
  const send = (method: string, rest: string, body?: object) =>
    call(server, method, `/v1/operators/${root.operatorId}/${rest}`, { as, ...(body && { body }) });

  it('are said to change before an import of the API', async () => {
    const wide = { file: text, host: 'api.example.com', unknown: 'signed in' };
    const first = await send('POST', 'catalogues/turned/preview', wide);
    // A new one has nothing that could change.
    expect([first.body.host, first.body.unknown]).toEqual([undefined, undefined]);
    expect((await send('PUT', 'catalogues/turned', wide)).status).toBe(204);
    const turn = async (reach: object) => {
      const { body } = await send('POST', 'catalogues/turned/preview', { file: text, ...reach });
      return { host: body.host, unknown: body.unknown, added: body.added, removed: body.removed };
    };
    const nothing = { added: [], removed: [] };
    const [anyHost, denied] = [
      { from: 'api.example.com', to: '' },
      { from: 'signed in', to: 'deny' },
    ];
    expect(await turn({ host: 'api.example.com', unknown: 'signed in' })).toEqual(nothing);
    expect(await turn({ host: '', unknown: 'signed in' })).toEqual({ ...nothing, host: anyHost });
    expect(await turn({ host: 'api.example.com' })).toEqual({ ...nothing, unknown: denied });
    // What is left out is taken back, and nothing is kept silently.
    expect(await turn({})).toEqual({ ...nothing, host: anyHost, unknown: denied });
    const removing = await send('POST', 'catalogues/turned/preview', {});
    expect([removing.body.host, removing.body.unknown]).toEqual([undefined, undefined]);
    await send('DELETE', 'catalogues/turned');
  });

  it('stay in an import of the host that leaves them out, and are said first', async () => {
    const lines: string[] = [];
    const printed = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const read = async (options: Partial<ImportOptions>) => {
      await importFile(server.ctx, hostInfo('catalogue import'), { file: path, name: 'turned', ...options });
      return lines.splice(0).join('');
    };
    const end = 'Letters outside ASCII fell away from the names of 1 operation; x-permission gives other names.\n';
    try {
      const first = await read({ host: 'ショップ.jp' });
      expect(first).toBe(`Host: xn--xckya1d0c.jp\nUnknown calls: denied\n\n+ Api:getA: GET /a\n${end}1 operation.\n`);
      for (const unknown of ['signed-in', 'signed in'] as const) {
        expect(await read({ unknown, dryRun: true })).toBe(
          `Host: xn--xckya1d0c.jp, as before\nUnknown calls: denied -> allowed to whoever is signed in\n\n${end}1 operation; nothing was saved.\n`,
        );
      }
      const turned = JSON.parse(await read({ unknown: 'signed-in', json: true })) as object;
      expect(turned).toMatchObject({ unknown: { from: 'deny', to: 'signed in' }, shortened: 1, saved: true });
      expect(turned).not.toHaveProperty('host');
      expect(await read({})).toContain(
        'Host: xn--xckya1d0c.jp, as before\nUnknown calls: allowed to whoever is signed in, as before\n',
      );
      const [kept] = await readCatalogues(server.ctx.db, ofHost);
      expect(kept).toMatchObject({ host: 'xn--xckya1d0c.jp', unknown: 'signed in' });
      expect(await read({ host: '', unknown: 'deny' })).toContain(
        'Host: xn--xckya1d0c.jp -> any\nUnknown calls: allowed to whoever is signed in -> denied\n',
      );
    } finally {
      printed.mockRestore();
      await removeCatalogue(byHost(server, 'catalogue import'), { operatorId: ofHost, name: 'turned' });
    }
  });

  it('are typed as the guide has it', async () => {
    const typed = (...more: string[]) =>
      runCommand(server, ['catalogue', 'import', path, '--name', 'typed', '--dry-run', ...more]);
    for (const unknown of ['signed-in', 'signed in']) {
      const { code, stdout } = await typed('--unknown', unknown, '--host', '');
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(/^Host: any\nUnknown calls: allowed to whoever is signed in\n/),
      ]);
    }
    expect((await typed()).stdout).toMatch(/^Host: any\nUnknown calls: denied\n/);
  });
});
