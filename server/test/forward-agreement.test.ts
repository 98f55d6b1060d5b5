import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsOf, subjectOf } from '../src/authorize/facts.ts';
import { judge } from '../src/authorize/verdict.ts';
import { check } from '../src/gate/check.ts';
import { limits } from '../src/limits.ts';
import { answer } from '../src/permissions/questions.ts';
import { findSession, type Session } from '../src/sessions/live.ts';
import type { Credentials } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { askAs, describeApi, doors, trusting } from './support/forward.ts';
import { addresses, furnish, type Place, reshuffle, users } from './support/furnished.ts';
import { type Pick, randomOf } from './support/random.ts';
import { allow } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

/** Named so that the patterns of random permissions are about them too. */
const described = {
  'GET /v1/operators/{operator_id}/users/{user_name}': 'User:getGuarded',
  'GET /users': 'User:listGuarded',
  'PUT /users/{user_name}/mfa': 'User:enableGuardedMFA',
  'DELETE /roles/{role_id}': 'Role:deleteGuarded',
  'POST /shops/{id}': 'Shop:open',
} as const;

/** Permissions that ask for a proof. */
const proving = ['mfaAuthenticated', `authAgeSeconds < ${limits.stepUp / 1000}`].map((proved) => allow(['*'], proved));

type Called = {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly pathVariables: Readonly<Record<string, string>>;
  readonly queryParameters: Readonly<Record<string, string>>;
  readonly sourceIp: string;
};

describe.each(engines)('guard, check, explanation and forward-auth on %s', (engine) => {
  let server: TestServer;
  const places: Place[] = [];

  beforeAll(async () => {
    server = await startTestServer(engine, trusting, { hasher: fastHasher() });
    await describeApi(server, 'shop', described);
    for (let i = 0; i < 4; i++) places.push(await furnish(server));
  });
  afterAll(() => server.stop());

  function randomCall({ root }: Place, pick: Pick): Called {
    const [place, operation] = pick(Object.entries(described) as [string, string][]);
    const [method = '', template = ''] = place.split(' ');
    const given: Record<string, string> = {
      operator_id: pick([root.operatorId, 'OP0000000000']),
      user_name: pick(users),
      role_id: pick(['r0', 'none', '田 7']),
      id: pick(['7', 'a:b']),
    };
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const pathVariables = Object.fromEntries(names.map((name) => [name, given[name] ?? '']));
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given[name] ?? ''));
    const queryParameters = pick([{}, { limit: '5' }, { owner: 'all', limit: '6' }]) as Record<string, string>;
    return { operation, method, path, pathVariables, queryParameters, sourceIp: pick(addresses) };
  }

  async function sessionOf({ apiKey, token }: Credentials): Promise<Session> {
    const session = await findSession(server.ctx, 'api', { token, apiKey });
    if (!session) throw new Error('the session is over');
    return session;
  }

  /** What a guard of the program itself would decide, told the operation and its values. */
  async function guard(session: Session, called: Called) {
    const { operation, method, pathVariables, queryParameters, sourceIp } = called;
    const requestPath = decodeURIComponent(called.path);
    const endpoint = { operation, method, path: '', personOnly: false, stepUp: false, traits: [] };
    const at = server.clock.now;
    const call = { endpoint, requestPath, pathVariables, queryParameters, sourceIp, at };
    const asked = { endpoint, access: 'permission', onUser: pathVariables.user_name, at } as const;
    return await judge(server.ctx.db, session, asked, () => factsOf(server.ctx, subjectOf(session, at), call));
  }

  async function checked({ apiKey, token }: Credentials, called: Called) {
    const { method: httpMethod, path: requestPath, queryParameters, sourceIp } = called;
    const question = { host: 'shop.example.com', httpMethod, requestPath, queryParameters, sourceIp };
    const key = { gateKeyId: 'any', ofOperator: undefined };
    const { answers } = await check(server.ctx, key, { credential: { apiKey, token }, questions: [question] });
    const [answer] = answers;
    if (!answer) throw new Error('no answer');
    return answer;
  }

  it('agree on thousands of random calls, with every kind of session', async () => {
    const pick = randomOf(11);
    const wanted = Number(process.env['WARIFU_TEST_DECISIONS'] ?? (engine === 'sqlite' ? 2400 : 600));
    const seen: Record<string, number> = {};
    let decisions = 0;
    while (decisions < wanted) {
      const place = pick(places);
      server.clock.now += pick([1000, 60_000, 240_000]);
      await reshuffle(server, place, pick, proving);
      const all = [...place.held, { credentials: place.as, kind: 'root' }];
      for (let i = 0; i < 6; i++) {
        for (const { credentials, kind } of all) {
          const called = randomCall(place, pick);
          const session = await sessionOf(credentials);
          const { decision, settledBy } = await guard(session, called);
          const about = `${kind}: ${called.method} ${called.path}, decision ${decisions}`;
          const answer = await checked(credentials, called);
          expect([about, answer]).toMatchObject([about, { decision, settledBy, api: called.operation }]);
          const query = new URLSearchParams(called.queryParameters).toString();
          const asked = await askAs(
            server,
            pick(doors),
            { method: called.method, uri: called.path + (query === '' ? '' : `?${query}`) },
            { as: credentials, headers: { 'x-forwarded-for': called.sourceIp } },
          );
          const refusal = {
            access: 'AUM0016',
            permission: 'AUM0017',
            session: 'AUM0015',
            enrolment: 'MFA0008',
            quarantine: 'AUM0019',
            proof: 'MFA0004',
          }[settledBy];
          const { stepUp } = answer;
          const denied = stepUp === undefined ? [403, refusal, undefined] : [401, 'AUM0065', stepUp];
          const expected = decision === 'allow' ? [200, undefined, undefined] : denied;
          expect([about, asked.status, asked.body.code, asked.body.stepUp]).toEqual([about, ...expected]);
          if (kind !== 'root') await explained(place, session, called, { decision, settledBy });
          const name = `${kind === 'root' ? 'root' : settledBy} ${stepUp ?? decision}`;
          seen[name] = (seen[name] ?? 0) + 1;
          decisions++;
        }
      }
    }
    for (const name of ['root allow', 'permission allow', 'permission deny']) {
      expect([name, (seen[name] ?? 0) >= 20], JSON.stringify(seen)).toEqual([name, true]);
    }
    for (const name of ['enrolment deny', 'permission mfa', 'permission password']) {
      expect([name, (seen[name] ?? 0) > 0], JSON.stringify(seen)).toEqual([name, true]);
    }
  }, 1_800_000);

  async function explained({ root }: Place, caller: Session, called: Called, verdict: object): Promise<void> {
    const { operation: api, pathVariables, queryParameters, sourceIp } = called;
    const asked = { userName: caller.userName, api, pathVariables, queryParameters };
    const said = await answer(server.ctx, { operatorId: root.operatorId, asked, caller, sourceIp });
    expect(said).toMatchObject(verdict);
  }
});
