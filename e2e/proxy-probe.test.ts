import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from './support/api.ts';
import { type Guarded, startGuarded } from './support/guarded.ts';
import { nextPort } from './support/ports.ts';
import { type Proxy, printedConfig, proxies, type RecipeFile, settings, startProxy } from './support/proxies.ts';
import { launch, program } from './support/server.ts';

type Report = { requests: number; findings: { found: string; lines: string[] }[]; untried: string[] };

/** Which lines are spoilt, and what becomes of each; nothing when that is left out. */
type Spoilt = readonly [line: RegExp, instead?: string];

/**
 * Faults that are planted at once; every line that is spoilt must be named, or those that `named` says, and with `alone`
 * no other.
 */
type Planted = {
  readonly what: string;
  readonly lines: readonly Spoilt[];
  readonly named?: RegExp;
  readonly alone?: true;
};

const faults: Readonly<Record<Proxy, readonly Planted[]>> = {
  nginx: [
    { what: 'no question', lines: [[/^auth_request .*/]] },
    { what: 'no method', lines: [[/^proxy_set_header X-Original-Method \$.*/]] },
    { what: 'a URL that is tidied up', lines: [[/^(proxy_set_header X-Original-URL h.*)\$request_uri;/, '$1$$uri;']] },
    {
      what: 'what the client says of the request',
      lines: [
        [/^proxy_set_header X-Original-Method \$.*/, 'proxy_set_header X-Original-Method $$http_x_original_method;'],
        [/^proxy_set_header X-Original-URL h.*/, 'proxy_set_header X-Original-URL $$http_x_original_url;'],
      ],
    },
    { what: 'no way to the sign-in page', lines: [[/^error_page 401 .*/]] },
    { what: 'no kind of client', lines: [[/^proxy_set_header Accept \$.*/]] },
    { what: 'no token', lines: [[/^proxy_set_header Authorization .*/]], alone: true },
    {
      what: 'nothing of the page that sends a request',
      lines: [[/^proxy_set_header (Cookie|Origin|Sec-Fetch-Site) .*/]],
      alone: true,
    },
    {
      what: 'all the rest',
      lines: [
        [/^proxy_set_header (Remote-|X-(Warifu|Auth|authentik|User|Rewrite|HTTP|Method|Host|Real)).*/],
        [/^proxy_set_header (X-Forwarded-(User|Email|Groups|Method|Uri|Path|Prefix|Server)|Forwarded) .*/],
        [/^proxy_set_header X-Original-\w+ "";/],
        [/^proxy_set_header X-Forwarded-For .*/, 'proxy_set_header X-Forwarded-For $$proxy_add_x_forwarded_for;'],
        [/^underscores_in_headers off; .*/, 'underscores_in_headers on; ignore_invalid_headers off;'],
        [/^add_header Set-Cookie .*/],
        [/^proxy_set_header Host (?!\S*:WARIFU;).*/, 'proxy_set_header Host $$http_host;'],
        [/^proxy_set_header Connection \$.*/, 'proxy_set_header Connection $$http_connection;'],
      ],
    },
    { what: 'no WebSocket', lines: [[/^proxy_set_header Upgrade .*/]] },
    { what: 'no upgraded connection', lines: [[/^proxy_set_header Connection \$.*/]] },
    {
      what: 'what the client says of an upgraded connection',
      lines: [[/^proxy_set_header Connection \$.*/, 'proxy_set_header Connection $$http_connection;']],
      alone: true,
    },
    {
      what: 'any protocol',
      lines: [
        [/^proxy_set_header Upgrade .*/, 'proxy_set_header Upgrade $$http_upgrade;'],
        [/^proxy_set_header HTTP2-Settings .*/],
      ],
    },
  ],
  caddy: [
    { what: 'no question', lines: [[/^uri .*/, 'uri /healthz']], named: /^forward_auth / },
    {
      what: 'what the client says of the request',
      lines: [[/^header_up X-Forwarded-Host .*/, 'trusted_proxies 127.0.0.0/8 ::1/128']],
    },
    {
      what: 'all the rest',
      lines: [
        [/^request_header "?-\*.\*"?$/],
        [/^request_header -X-(Auth|authentik|User|Real|Forwarded-(?!Path)).*/],
        [/^request_header @plain -Connection/],
        [/^(copy_headers .*) X-Warifu-Jwt$/, '$1'],
      ],
    },
    {
      what: 'what the client says of an upgraded connection',
      lines: [[/^request_header @websocket Connection .*/]],
      alone: true,
    },
  ],
  haproxy: [
    { what: 'no question', lines: [[/^http-request lua.*/], [/^http-request deny .*/]], named: /^http-request lua/ },
    { what: 'only the script is gone', lines: [[/^http-request lua.*/]] },
    { what: 'no address', lines: [[/^\["x-forwarded-for"\] .*/]] },
    { what: 'no token', lines: [[/^"authorization",/]], alone: true },
    {
      what: 'nothing of the page that sends a request',
      lines: [[/^"(cookie|origin|sec-fetch-site)",/]],
      alone: true,
    },
    {
      what: 'what the client says of an upgraded connection',
      lines: [[/^http-request set-header Connection .*/]],
      alone: true,
    },
    { what: 'a URL with another host', lines: [[/^http-request set-uri .*/]], alone: true },
    {
      what: 'all the rest',
      lines: [
        [/^http-request del-header .*/],
        [/^http-request set-header (X-Forwarded-|Host ).*/],
        [/^"(Remote-Groups|X-Warifu-MFA|X-Warifu-Jwt)",/],
        [/^(local passed = \{ "location"), "set-cookie"/, '$1'],
      ],
    },
  ],
};

describe('a probe through a real proxy', () => {
  let guarded: Guarded;
  let hana: Session;
  const ports = { open: 0, app: 0 };

  beforeAll(async () => {
    ports.open = await nextPort();
    ports.app = await nextPort();
    guarded = await startGuarded([`localhost:${ports.open}`]);
    hana = await guarded.hana('hana');
  });
  afterAll(async () => await guarded.stop());

  /** Starts a proxy, probes it, and stops it. */
  async function probed(
    proxy: Proxy,
    change: (files: RecipeFile[]) => RecipeFile[],
    { path = '/orders', token = hana.token, outside = false } = {},
  ): Promise<Report & { code: number }> {
    const { env, asked } = guarded;
    const open = `http://localhost:${ports.open}`;
    const files = change(await printedConfig(proxy, { open, app: ports.app, warifu: asked, env }));
    const front = await startProxy(proxy, files, ports.open);
    const inside = outside ? [] : ['--listen', `127.0.0.1:${ports.app}`, '--token-stdin'];
    const options = [...inside, '--proxy', proxy, '--json'];
    const { exit, printed } = launch([program, 'gate', 'probe', `${open}${path}`, ...options], settings(env), token);
    const code = await exit;
    await front.stop();
    if (printed.stdout === '') throw new Error(printed.stderr);
    return { code, ...(JSON.parse(printed.stdout) as Report) };
  }

  test.each(proxies)('finds nothing at %s as it is printed', async (proxy) => {
    const { code, findings, untried, requests } = await probed(proxy, (files) => files);
    expect([findings, untried, code]).toEqual([[], [], 0]);
    expect(requests).toBeGreaterThan(100);
  });

  test.each(proxies.flatMap((proxy) => faults[proxy].map((planted) => [proxy, planted.what, planted] as const)))(
    'names the lines at %s: %s',
    async (proxy, _, { lines, named, alone }) => {
      const spoilt = new Set<string>();
      const spoil = (line: string) => {
        const whole = line.trim();
        const ours = whole.replace(`:${guarded.first.port};`, ':WARIFU;');
        const [what, instead = ''] = lines.find(([each]) => each.test(ours)) ?? [];
        if (what === undefined) return line;
        spoilt.add(whole);
        return whole.replace(what, instead);
      };
      const { findings, code } = await probed(proxy, (files) =>
        files.map(({ path, text }) => ({ path, text: text.split('\n').map(spoil).join('\n') })),
      );
      const found = findings.flatMap((finding) => finding.lines);
      const expected = [...spoilt].filter((line) => named?.test(line) ?? true);
      expect(expected.length + (named ? found.filter((line) => named.test(line)).length : 0)).toBeGreaterThan(0);
      expect([code, expected.filter((line) => !found.includes(line)), findings]).toEqual([1, [], findings]);
      if (alone) expect([...new Set(found)].filter((line) => !expected.includes(line))).toEqual([]);
    },
  );

  test.each([
    ['a token of nobody', 401, /token opens no session/, { token: 'x' }, 'Authorization $http_authorization'],
    ['a page that wants MFA', 401, /must prove more/, { path: '/secret' }, undefined],
    ['a page that is not allowed', 403, /may not call that/, { path: '/unknown' }, 'X-Original-Method $request_method'],
  ] as const)('says why the token does not reach the app: %s', async (_, status, why, asked, line) => {
    const { findings } = await probed('nginx', (files) => files, asked);
    expect(findings).toEqual([{ found: expect.stringMatching(why) as string, lines: expect.anything() as string[] }]);
    expect(findings[0]?.found).toContain(`gets ${status}`);
    expect(findings[0]?.lines[0]).toBe(line && `proxy_set_header ${line};`);
  });

  test('sees from outside what Warifu does not get of a browser', async () => {
    const without = (line: RegExp) => (files: RecipeFile[]) =>
      files.map(({ path, text }) => ({ path, text: text.replaceAll(line, '') }));
    const lines = /^ *proxy_set_header (?:Cookie|Origin|Sec-Fetch-Site) \$.*;$/gm;
    const whole = await probed('nginx', (files) => files, { outside: true });
    expect([whole.code, whole.findings, whole.untried]).toEqual([0, [], [expect.stringContaining('--listen')]]);
    const { code, findings } = await probed('nginx', without(lines), { outside: true });
    expect([code, findings.flatMap((finding) => finding.lines)]).toEqual([
      1,
      ['Cookie', 'Origin', 'Sec-Fetch-Site'].map(
        (name) => `proxy_set_header ${name} $http_${name.toLowerCase().replaceAll('-', '_')};`,
      ),
    ]);
  });

  test('says that the proxy has its app elsewhere', async () => {
    const elsewhere = await nextPort();
    const { findings } = await probed('nginx', (files) =>
      files.map(({ path, text }) => ({
        path,
        text: text.replaceAll(`127.0.0.1:${ports.app};`, `127.0.0.1:${elsewhere};`),
      })),
    );
    expect(findings).toEqual([{ found: expect.stringMatching(/gets 502, .*--listen/) as string, lines: [] }]);
  });
});
