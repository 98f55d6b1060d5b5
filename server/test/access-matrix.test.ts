import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessOf } from '@warifu/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './support/server.ts';

const file = join(import.meta.dirname, '../../docs/access-matrix.md');

const preface = `# Access matrix

Every route of the server, who may call it and what bounds it. Made from the running server; a test fails when this file
differs, so that a route which was opened by mistake shows as a line. After a change that is meant, make it anew:
\`WARIFU_WRITE_ACCESS_MATRIX=1 npx vitest run --project server access-matrix\`

- *anyone*: no session needed. *signed in*: any user, on its own behalf; *to* an operator: a user of that one. *root of*: the root user of the operator in the
  path, in a session that a password opened. *permitted*: the root user, or a user whom the permissions allow it.
  *about oneself*: without a permission too, when the body names the caller itself. *gate key*: a program that the host gave
  one, which calls nothing else.
- Step-up: the password (and the factor, when MFA is active) was proved in the last 15 minutes.
- Every write with the console's cookie also needs the page's own origin, JSON and the session's CSRF token.
`;

/** Routes that are no operations of the API: what anyone may fetch, and what is only for this computer. */
const pages: Record<string, string> = {
  'GET /v1/openapi.json': 'anyone',
  'GET /docs': 'anyone',
  'GET /healthz': 'anyone',
  'GET /readyz': 'anyone',
  'GET /.well-known/jwks.json': 'anyone',
  'GET /.well-known/authzen-configuration': 'anyone',
  'ANY /api/authz/auth-request': 'a proxy of `WARIFU_TRUSTED_PROXIES`, for a session',
  'ANY /api/authz/forward-auth': 'a proxy of `WARIFU_TRUSTED_PROXIES`, for a session',
  'ANY /api/authz/ext-authz/*': 'a proxy of `WARIFU_TRUSTED_PROXIES`, for a session',
  'GET /.well-known/security.txt': 'anyone, once a contact is set',
  'GET /.well-known/passkey-endpoints': 'anyone',
  'GET /.well-known/webauthn': 'anyone, once related origins are set',
  'GET /mail-preview': 'this computer, while no mail server is set',
  'GET /mail-preview/{mailId}': 'this computer, while no mail server is set',
  'GET /mail-preview/{mailId}/html': 'this computer, while no mail server is set',
};

describe('R63: access matrix', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterAll(() => server.stop());

  it('is what docs/access-matrix.md says', () => {
    const rows = server.app.warifu.bindings.map(({ endpoint, guard, bodyLimit }) => {
      const limit = endpoint.hasBody ? `${bodyLimit / 1024} KiB` : 'no body';
      const stepUp = endpoint.stepUp ? 'yes' : '';
      return [endpoint.path, endpoint.method, guard, endpoint.operation, stepUp, limit];
    });
    const operations = rows.sort((a, b) => (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1));
    const others = Object.entries(pages).map(([route, who]) => [...route.split(' ').reverse(), who]);
    const text = [
      preface,
      '## Operations\n',
      table(['Path', 'Method', 'Who', 'Permission', 'Step-up', 'Body'], operations),
      '\n## Pages\n',
      table(['Path', 'Method', 'Who'], others),
      '',
    ].join('\n');
    if (process.env.WARIFU_WRITE_ACCESS_MATRIX) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('is what the operations declare by their refusals', () => {
    for (const { endpoint, guard } of server.app.warifu.bindings) {
      const [kind = ''] = guard.split(/ (?:of|to|in) ?\{/);
      const access = guard.startsWith('permitted') ? 'permission' : guard.startsWith('root') ? 'root' : kind;
      expect([endpoint.operation, accessOf(endpoint)]).toEqual([endpoint.operation, access]);
    }
  });

  it('has every route that the server answers', () => {
    const bound = server.app.warifu.bindings.map(({ endpoint }) => `${endpoint.method} ${endpoint.path}`);
    expect(routesOf(server).sort()).toEqual([...bound, ...Object.keys(pages)].sort());
  });

  it('lets nobody but anyone-routes be called without a session, and lists those few', () => {
    const open = server.app.warifu.bindings.filter(({ guard }) => guard === 'anyone');
    for (const { bodyLimit } of open) expect(bodyLimit).toBe(8192);
    for (const { guard, endpoint } of server.app.warifu.bindings) {
      expect([endpoint.operation, guard]).toEqual([endpoint.operation, expect.stringMatching(/\S/)]);
      // What a path names as somebody's is guarded by that name.
      const named = endpoint.path.includes('{operator_id}');
      if (named) expect([endpoint.path, guard.includes('{operator_id}')]).toEqual([endpoint.path, true]);
    }
  });
});

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row))].join('\n');
}

/** The router's own tree, flattened: four columns of drawing for each level. */
function routesOf({ app }: TestServer): string[] {
  const parents: string[] = [];
  const routes: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^([│├└─\s]*)(\/?\S*)(?: \(([^)]+)\))?$/.exec(line);
    const [, drawing = '', part = '', methods = ''] = match ?? [];
    if (part === '') continue;
    const depth = drawing.length / 4 - 1;
    parents.length = depth;
    // A wildcard is printed without what stands before it, and there is one.
    const path = part === '*' ? '/api/authz/ext-authz/*' : parents.join('') + part;
    parents[depth] = part;
    const taken = methods.split(', ').filter((name) => name !== '' && name !== 'HEAD');
    for (const method of taken.includes('PROPFIND') ? ['ANY'] : taken) {
      routes.push(`${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    }
  }
  return routes;
}
