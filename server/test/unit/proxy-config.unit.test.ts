import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { siteOf } from '../../src/cli/proxy-config.ts';
import { type Proxy, recipes } from '../../src/cli/recipes/recipes.ts';
import type { Guard } from '../../src/cli/recipes/site.ts';
import { readConfig } from '../../src/config/config.ts';
import { everyHeaderName, headerNames } from '../../src/gate/forward/identity-headers.ts';
import { runProgram } from '../support/command.ts';

const env = { WARIFU_BASE_URL: 'https://id.example.com' };
const proxies = Object.keys(recipes) as Proxy[];
const presets = ['remote', 'x-auth-request', 'x-forwarded', 'authentik', 'oathkeeper'] as const;
const siteFor = (preset: (typeof presets)[number]) => {
  const config = readConfig({ ...env, WARIFU_GATE_HEADERS: preset });
  return siteOf(config, { host: 'app.example.com:8443', app: 'http://10.0.0.7:3000', warifu: 'http://10.0.0.8:8787' });
};
const whole = (proxy: Proxy, preset: (typeof presets)[number]) =>
  recipes[proxy]
    .files(siteFor(preset))
    .map(({ text }) => text)
    .join('\n');

/** Guards that have one line, whatever the header. */
const once: Guard[] = [
  'ask',
  'askedMethod',
  'askedUrl',
  'askedAddress',
  'host',
  'connection',
  'upgrade',
  'protocol',
  'body',
  'signIn',
  'cookie',
];

it('each site has a file of its own for nginx', () => {
  const config = readConfig(env);
  const files = ['app.example.com', 'app.example.com:8443', 'http://app.example.com'].map((host) => {
    const site = siteOf(config, { host, app: 'http://10.0.0.7:3000', warifu: 'http://10.0.0.8:8787' });
    return recipes.nginx
      .files(site)
      .map(({ path }) => path)
      .join();
  });
  expect(files).toEqual([
    '/etc/nginx/conf.d/app.example.com.conf',
    '/etc/nginx/conf.d/app_example_com_8443.conf',
    '/etc/nginx/conf.d/app_example_com_80.conf',
  ]);
});

describe.each(proxies)('the recipe of %s', (proxy) => {
  it.each(presets)('names every header that says who asks, by %s, and keeps those of the others away', (preset) => {
    const text = whole(proxy, preset).toLowerCase();
    const { identity, otherIdentity } = siteFor(preset);
    expect(identity).toEqual(headerNames(preset));
    expect([...identity, ...otherIdentity].sort()).toEqual(everyHeaderName().sort());
    for (const name of everyHeaderName()) expect(text).toContain(name.toLowerCase());
  });

  it('has every line that the probe names', () => {
    const site = siteFor('remote');
    const text = whole(proxy, 'remote');
    const { lineFor } = recipes[proxy];
    for (const guard of once) expect(text).toContain(lineFor(site, guard, ''));
    for (const name of ['Remote_User', 'Remote.User', 'Remote~User'])
      expect(text).toContain(lineFor(site, 'aliases', name));
    for (const name of site.identity) {
      expect(text).toContain(lineFor(site, 'identity', name));
      expect(text).toContain(lineFor(site, 'told', name));
    }
    for (const name of site.otherIdentity) expect(text).toContain(lineFor(site, 'cleared', name));
    expect(text).toContain(lineFor(site, 'cleared', 'HTTP2-Settings'));
    for (const name of ['X-Original-URL', 'X-HTTP-Method-Override', 'Forwarded'])
      expect(text).toContain(lineFor(site, 'rewriting', name));
    for (const name of ['X-Forwarded-For', 'X-Forwarded-Port'])
      expect(text).toContain(lineFor(site, 'forwarded', name));
  });
});

type Tree = Record<string, unknown>;
const at = (tree: unknown, ...path: (string | number)[]) =>
  path.reduce((node, name) => (node as Tree | undefined)?.[String(name)], tree) as Tree | undefined;

it('what is printed for Traefik is YAML that sets each header and trusts nobody', () => {
  const { identity, otherIdentity } = siteFor('remote');
  const [fixed, dynamic] = recipes.traefik.files(siteFor('remote')).map(({ text }) => load(text));
  expect(at(fixed, 'entryPoints', 'websecure', 'http')).toEqual({ aliasHeadersStrategy: 'delete' });
  const middlewares = at(dynamic, 'http', 'middlewares');
  const auth = at(middlewares, 'warifu', 'forwardAuth');
  expect(auth).toMatchObject({ address: 'http://10.0.0.8:8787/api/authz/forward-auth', authResponseHeaders: identity });
  expect(Object.keys(auth ?? {}).sort()).toEqual(['address', 'authRequestHeaders', 'authResponseHeaders']);
  const cleared = at(middlewares, 'warifu-clear', 'headers', 'customRequestHeaders') ?? {};
  expect(Object.keys(cleared)).toEqual(expect.arrayContaining([...otherIdentity, 'X-HTTP-Method-Override']));
  expect(new Set(Object.values(cleared))).toEqual(new Set(['']));
  const sent = (name: string) => at(middlewares, name, 'headers', 'customRequestHeaders');
  expect(sent('warifu-plain')).toEqual({ Connection: '', Upgrade: '' });
  expect(sent('warifu-websocket')).toEqual({ Connection: 'Upgrade', Upgrade: 'websocket' });
  const [plain, webSocket] = ['guarded', 'guarded-websocket'].map((name) => at(dynamic, 'http', 'routers', name));
  expect(plain).toMatchObject({ middlewares: ['warifu-clear', 'warifu-plain', 'warifu'] });
  expect(webSocket).toMatchObject({
    rule: `${String(plain?.['rule'])} && HeaderRegexp(\`Upgrade\`, \`(?i)^websocket$\`)`,
    middlewares: ['warifu-clear', 'warifu-websocket', 'warifu'],
  });
  const { middlewares: _, rule: __, ...rest } = webSocket ?? {};
  expect(plain).toMatchObject(rest);
});

it('what is printed for Envoy is YAML that asks first, and refuses without an answer', () => {
  const { identity } = siteFor('remote');
  const tree = load(recipes.envoy.files(siteFor('remote'))[0]?.text ?? '');
  const manager = at(tree, 'static_resources', 'listeners', 0, 'filter_chains', 0, 'filters', 0, 'typed_config');
  expect(manager).toMatchObject({ use_remote_address: true, normalize_path: true });
  const asking = at(manager, 'http_filters', 0, 'typed_config');
  expect(asking).toMatchObject({ failure_mode_allow: false, http_service: { path_prefix: '/api/authz/ext-authz' } });
  const passed = at(asking, 'http_service', 'authorization_response', 'allowed_upstream_headers', 'patterns');
  expect(passed).toEqual(identity.map((name) => ({ exact: name.toLowerCase(), ignore_case: true })));
  const mutations = at(
    manager,
    'early_header_mutation_extensions',
    0,
    'typed_config',
    'mutations',
  ) as unknown as Tree[];
  expect(mutations.map(({ remove }) => remove)).toEqual(
    expect.arrayContaining(everyHeaderName().map((name) => name.toLowerCase())),
  );
});

describe('proxy-config', () => {
  it.each([
    ['--host', 'app.example.com;return'],
    ['--host', 'app.example.com/path'],
    ['--host', 'user@app.example.com'],
    // In a URL it becomes `(1).jp`.
    ['--host', '⑴.jp'],
    ['--host', 'ftp://app.example.com'],
    ['--app', '127.0.0.1:3000'],
    ['--app', 'https://127.0.0.1:3000'],
    ['--app', 'http://127.0.0.1:3000/x'],
    ['--warifu', 'unix:/run/warifu'],
  ])('refuses %s %s and names the option', async (option, value) => {
    const options = { '--host': 'app.example.com', [option]: value };
    const { code, stdout, stderr } = await runProgram(
      ['proxy-config', 'nginx', ...Object.entries(options).flat()],
      env,
    );
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(`${option}: ${value} is not`)]);
  });

  it.each([
    ['ショップ.jp', 'xn--xckya1d0c.jp'],
    ['https://ショップ.jp:8443/', 'xn--xckya1d0c.jp:8443'],
    ['App.Example.com', 'app.example.com'],
    ['http://[::1]:8080', '[::1]:8080'],
    ['https://app.example.com:80', 'app.example.com:80'],
  ])('takes %s as requests have it', (host, open) => {
    expect(siteOf(readConfig(env), { host, app: 'http://127.0.0.1:3000' }).open.host).toBe(open);
  });

  it('prints one file, another when it is asked for, and what is not set', async () => {
    const of = (proxy: string, ...more: string[]) =>
      runProgram(['proxy-config', proxy, '--host', 'app.example.com', ...more], env);
    const plain = await of('haproxy');
    expect([plain.code, plain.stdout]).toEqual([0, expect.stringContaining('\nglobal\n')]);
    expect(plain.stderr).toMatch(
      /WARIFU_TRUSTED_PROXIES is not set.*\n.*WARIFU_GATE_HOSTS does not have app\.example\.com/,
    );
    const script = await of('haproxy', '--file', 'warifu.lua');
    expect([script.code, script.stdout]).toEqual([0, expect.stringContaining('core.register_action')]);
    const none = await of('nginx', '--file', 'warifu.lua');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--file: nginx has app.example.com.conf.')]);
    const { files, missing } = JSON.parse((await of('traefik', '--json')).stdout) as {
      files: object[];
      missing: object[];
    };
    expect([files.length, missing.length]).toEqual([2, 2]);
  });
});
