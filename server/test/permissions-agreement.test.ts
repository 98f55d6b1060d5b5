import { type AnyEndpoint, accessOf, endpoints, listSessions, principals, switchUser } from '@warifu/contract';
import { compile, explainTrust, FUNCTIONS, parseTrustPolicy, VARIABLES } from '@warifu/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { borrowed, identityOf } from '../src/authorize/authority.ts';
import { ownOperation } from '../src/authorize/catalogue.ts';
import { factsOf, subjectOf } from '../src/authorize/facts.ts';
import { judge, type Verdict } from '../src/authorize/verdict.ts';
import { whoCan } from '../src/authorize/who-can.ts';
import { check } from '../src/gate/check.ts';
import { answer } from '../src/permissions/questions.ts';
import { findSession, type Session } from '../src/sessions/live.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { addresses, furnish, type Place, reshuffle, users } from './support/furnished.ts';
import { type Pick, randomOf } from './support/random.ts';
import { atoms, randomCondition } from './support/random-documents.ts';
import { userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

// What a call really gets is decided by `judge`, for every route. Whoever explains, simulates or lists must say the same.

/** Those that a kind of session never calls, or that come before everything else. */
const special = endpoints.filter(
  ({ traits, stepUp }) => stepUp || traits.some((trait) => /enrolment|credential|sessions/.test(trait)),
);

type Asking = { readonly endpoint: AnyEndpoint; readonly target: string; readonly ip: string };

const known = ({ operation }: { operation: string }) => {
  const found = ownOperation(operation);
  if (!found) throw new Error(`${operation} is not there`);
  return found;
};

describe.each(engines)('guard, gate, explanation, simulator and who-can on %s', (engine) => {
  let server: TestServer;
  const places: Place[] = [];

  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    for (let i = 0; i < 8; i++) places.push(await furnish(server));
  });
  afterAll(() => server.stop());

  function callOf({ root }: Place, { endpoint, target, ip }: Asking, pick: Pick) {
    const values: Record<string, string> = {
      operator_id: root.operatorId,
      user_name: target,
      role_id: pick(['r0', 'none']),
    };
    const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const pathVariables = Object.fromEntries(names.map((name) => [name, values[name] ?? 'none']));
    const known = Object.keys(endpoint.query.properties);
    const queryParameters: Record<string, string> = {};
    if (known.includes('limit') && pick([true, false])) queryParameters.limit = pick(['5', '6']);
    if (known.includes('owner') && pick([true, false])) queryParameters.owner = pick(['all', 'soracom']);
    if (endpoint.operation === 'User:whoCan') queryParameters.api = 'User:getUser';
    return { endpoint, pathVariables, queryParameters, sourceIp: ip, at: server.clock.now };
  }

  async function sessionOf({ apiKey, token }: Credentials): Promise<Session> {
    const session = await findSession(server.ctx, 'api', { token, apiKey });
    if (!session) throw new Error('the session is over');
    return session;
  }

  async function guard(session: Session, called: ReturnType<typeof callOf>): Promise<Verdict> {
    const asked = {
      endpoint: called.endpoint,
      access: accessOf(called.endpoint),
      onUser: called.pathVariables.user_name,
      at: called.at,
    };
    return await judge(server.ctx.db, session, asked, () =>
      factsOf(server.ctx, subjectOf(session, server.clock.now), called),
    );
  }

  /** What the escalation guard counts a switched session for. */
  async function counted(session: Session, called: ReturnType<typeof callOf>): Promise<Verdict['decision']> {
    const identity = borrowed(await identityOf(server.ctx.db, session), session.userName);
    const sources = identity.documents.map((document) => ({ from: { kind: 'own' as const }, document }));
    return compile(sources).decide(factsOf(server.ctx, subjectOf(session, server.clock.now), called));
  }

  /** The explanation to oneself, and the simulator with everything spelled out, as another user asks it. */
  async function said(place: Place, session: Session, called: ReturnType<typeof callOf>) {
    const { pathVariables, queryParameters, sourceIp } = called;
    const { operatorId, userName } = session;
    const bare = { userName, api: called.endpoint.operation, pathVariables, queryParameters };
    const itself = await answer(server.ctx, { operatorId, asked: bare, caller: session, sourceIp });
    const { authMethod, authAgeSeconds } = subjectOf(session, server.clock.now);
    const own = await server.ctx.db
      .selectFrom('users')
      .select('permission')
      .where('operator_id', '=', operatorId)
      .where('user_name', '=', userName)
      .executeTakeFirstOrThrow();
    const spelled = { ...bare, sourceIp, at: called.at, authAgeSeconds, draft: own.permission };
    const caller = await sessionOf(place.as);
    const simulated = await answer(server.ctx, {
      operatorId,
      asked: { ...spelled, authMethod: authMethod as Session['authMethod'] },
      caller,
      sourceIp: '203.0.113.9',
    });
    return { itself, simulated };
  }

  /** What a program is told that asks for the call's sender. */
  async function atGate({ apiKey, token }: Credentials, called: ReturnType<typeof callOf>) {
    const { endpoint, pathVariables, queryParameters, sourceIp } = called;
    const question = { api: endpoint.operation, pathVariables, queryParameters, sourceIp };
    const key = { gateKeyId: 'any', ofOperator: undefined };
    const { answers } = await check(server.ctx, key, { credential: { apiKey, token }, questions: [question] });
    return answers[0] ?? { decision: 'none', settledBy: 'none' };
  }

  it('A8, A9: agree on thousands of random calls, with every variable and every kind of session', async () => {
    for (const { name } of [...VARIABLES, ...FUNCTIONS]) {
      expect([name, atoms.some((atom) => atom.includes(name))]).toEqual([name, true]);
    }
    const pick = randomOf(6);
    const wanted = engine === 'sqlite' ? 8000 : 2000;
    const seen: Record<string, number> = {};
    const count = (name: string) => (seen[name] = (seen[name] ?? 0) + 1);
    let decisions = 0;
    while (decisions < wanted) {
      const place = pick(places);
      server.clock.now += pick([1000, 60_000, 240_000]);
      await reshuffle(server, place, pick);
      for (let i = 0; i < 8; i++) {
        const endpoint = pick(pick([endpoints, special]));
        const target = pick(users);
        const question = { operatorId: place.root.operatorId, endpoint: known(endpoint), at: server.clock.now };
        const named = endpoint.path.includes('{user_name}');
        const listed = await whoCan(server.ctx.db, { ...question, target: named ? target : undefined });
        const anyTarget = await whoCan(server.ctx.db, { ...question, target: undefined });
        for (const { credentials, kind } of place.held) {
          const session = await sessionOf(credentials);
          for (const ip of [pick(addresses), pick(addresses)]) {
            const called = callOf(place, { endpoint, target, ip }, pick);
            const verdict = await guard(session, called);
            const { itself, simulated } = await said(place, session, called);
            const about = `${kind} ${endpoint.operation} on ${target}, decision ${decisions}`;
            expect([about, itself.decision, itself.settledBy]).toEqual([about, verdict.decision, verdict.settledBy]);
            expect([about, simulated.decision, simulated.settledBy]).toEqual([
              about,
              verdict.decision,
              verdict.settledBy,
            ]);
            const asked = await atGate(credentials, called);
            expect([about, asked.decision, asked.settledBy]).toEqual([about, verdict.decision, verdict.settledBy]);
            // What has to wait for a day, or for the password, is what it may do all the same.
            const waits = ['quarantine', 'proof'].includes(verdict.settledBy);
            if (kind === 'switchUser' && accessOf(endpoint) === 'permission' && !waits) {
              expect([about, await counted(session, called)]).toEqual([about, verdict.decision]);
            }
            for (const rows of [listed, anyTarget]) {
              const [who, through] = kind === 'switchUser' ? ['plain', 'service'] : [session.userName, undefined];
              const row = rows.find((one) => one.userName === who && one.through === through);
              count(`who-can ${row?.allowed ?? 'never'}`);
              // What an AuthKey may not do, and nobody after a while, is the same for all, and not what who-can is about.
              if ((kind === 'authKey' && verdict.settledBy === 'session') || verdict.settledBy === 'proof') continue;
              if (verdict.decision === 'allow') expect([about, row !== undefined]).toEqual([about, true]);
              else expect([about, row?.allowed]).not.toEqual([about, 'always']);
            }
            count(`${verdict.settledBy} ${verdict.decision}`);
            if (decisions % 10 === 0) count(await overHttp({ as: credentials, called, verdict, place }));
            decisions++;
          }
        }
      }
    }
    // Each way to be let in or kept out was met, so that nothing above holds for want of cases.
    const kinds = ['access allow', 'access deny', 'session deny', 'enrolment allow', 'enrolment deny'];
    const more = [
      'quarantine deny',
      'proof deny',
      'permission allow',
      'permission deny',
      'who-can always',
      'who-can sometimes',
      'who-can never',
    ];
    for (const name of [...kinds, ...more, 'over HTTP', 'refused over HTTP']) {
      const few = name === 'quarantine deny' || name === 'enrolment deny';
      expect([name, (seen[name] ?? 0) >= (few ? 10 : 20)], JSON.stringify(seen)).toEqual([name, true]);
    }
  }, 300_000);

  type Arriving = { place: Place; as: Credentials; called: ReturnType<typeof callOf>; verdict: Verdict };
  const refusals = {
    access: 'AUM0016',
    permission: 'AUM0017',
    session: 'AUM0015',
    enrolment: 'MFA0008',
    quarantine: 'AUM0019',
    proof: 'MFA0004',
  };

  /** The same call as it arrives, if it changes nothing when it is let in: a read, or a body with a member missing. */
  async function overHttp({ place, as, called, verdict }: Arriving): Promise<string> {
    const { endpoint, pathVariables, queryParameters, sourceIp: ip } = called;
    const required = (endpoint.body as { required?: string[] }).required ?? [];
    if (endpoint.method !== 'GET' && required.length === 0) return 'not sent';
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => pathVariables[name] ?? '');
    const query = new URLSearchParams(queryParameters);
    const body = endpoint.hasBody ? { body: {} } : {};
    const arrived = await call(server, endpoint.method, `${path}?${query.toString()}`, { as, ip, ...body });
    // The reference has another status where its operation declares one.
    const access = endpoint.errors.includes('AUM0052') ? 'AUM0052' : refusals.access;
    const refused = Object.values({ ...refusals, access }).includes(arrived.body.code ?? '');
    const expected = verdict.decision === 'deny' ? { ...refusals, access }[verdict.settledBy] : undefined;
    const about = `${endpoint.operation}: ${arrived.text}`;
    expect([about, refused ? arrived.body.code : undefined]).toEqual([about, expected]);
    await explainOverHttp({ place, as, called, verdict });
    return refused ? 'refused over HTTP' : 'over HTTP';
  }

  async function explainOverHttp({ place, as, called, verdict }: Arriving): Promise<void> {
    const { userName } = await sessionOf(as);
    const { endpoint, pathVariables, queryParameters, sourceIp: ip } = called;
    const body = { userName, api: endpoint.operation, pathVariables, queryParameters };
    const path = `/v1/operators/${place.root.operatorId}/permissions/explain`;
    const explained = await call(server, 'POST', path, { as, ip, body });
    if (explained.body.code === 'MFA0008') return;
    expect(explained.body).toMatchObject({ decision: verdict.decision, settledBy: verdict.settledBy });
  }

  it('A8: a switch succeeds exactly where the trust policy explains that it lets in, and who-can lists it', async () => {
    const pick = randomOf(8);
    const seen = { in: 0, out: 0 };
    for (let round = 0; round < (engine === 'sqlite' ? 120 : 40); round++) {
      const place = pick(places);
      const { root, as, held } = place;
      server.clock.now += pick([1000, 60_000]);
      await reshuffle(server, place, pick);
      const none = { mfa_required_sam_at: null, quarantine_at: null };
      await server.ctx.db.updateTable('operators').set(none).execute();
      for (const table of ['users', 'roles'] as const) {
        await server.ctx.db.updateTable(table).set({ mfa_required_at: null }).execute();
      }
      const names = [pick(['plain', 'key']), pick(['strong', 'nobody'])];
      const soracom = names.map((name) => `srn:soracom:${root.operatorId}::User:${name}`);
      const trusting = {
        effect: 'allow',
        principal: { soracom },
        ...(pick([true, true, false]) && { condition: randomCondition(pick) }),
      };
      const trustPolicy = JSON.stringify({ statements: [trusting] });
      const saved = await call(server, 'PUT', `${userPath(root, 'service')}/trust_policy`, {
        as,
        body: { trustPolicy },
      });
      expect(saved.status).toBe(204);
      const parsed = parseTrustPolicy(trustPolicy, principals);
      if (!parsed.ok) throw new Error('not a trust policy');
      const listed = await whoCan(server.ctx.db, {
        operatorId: root.operatorId,
        endpoint: known(listSessions),
        target: undefined,
        at: server.clock.now,
      });
      for (const { credentials, kind } of held.filter((one) => one.kind !== 'switchUser')) {
        const session = await sessionOf(credentials);
        const ip = pick(addresses);
        const pathVariables = { operator_id: root.operatorId, user_name: 'service' };
        const called = { endpoint: switchUser, pathVariables, queryParameters: {}, sourceIp: ip, at: server.clock.now };
        const facts = factsOf(server.ctx, subjectOf(session, server.clock.now), called);
        const srn = `srn:soracom:${root.operatorId}::User:${session.userName}`;
        const { allowed } = explainTrust(parsed.document, srn, facts);
        const body = { operatorId: root.operatorId, userName: 'service' };
        const { status } = await call(server, 'POST', '/v1/auth/switch_user', { as: credentials, ip, body });
        expect([round, kind, status]).toEqual([round, kind, allowed ? 200 : 400]);
        const row = listed.find(({ userName, through }) => userName === session.userName && through === 'service');
        if (allowed) expect([round, kind, row !== undefined]).toEqual([round, kind, true]);
        else expect([round, kind, row?.allowed]).not.toEqual([round, kind, 'always']);
        seen[allowed ? 'in' : 'out']++;
      }
    }
    expect(Math.min(seen.in, seen.out)).toBeGreaterThan(20);
  });
});
