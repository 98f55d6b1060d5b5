import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { auditOf, newRoot, type Root, signIn } from './support/people.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

type Row = {
  apiKind: string;
  actor: string;
  target: string;
  outcome: string;
  sequence: number;
  question?: Record<string, unknown>;
};

describe.each(engines)('who asked what of whom, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let helper: Credentials;

  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    root = await newRoot(server);
    as = await signIn(server, root);
    for (const name of ['taro', 'ta_o']) await newSam(server, root, as, name);
    const condition = "ipAddress('198.51.100.0/24') and pathVariable('user_name') != 'taro'";
    helper = await signInSam(
      server,
      await newSam(server, root, as, 'helper', allow(['User:getUser', 'AuditLog:*', 'Role:*'], condition)),
    );
  });
  afterAll(() => server.stop());

  const search = async (query: Record<string, string>, who = as) => {
    const answer = await call(server, 'GET', `/v1/audit_logs/api?${String(new URLSearchParams(query))}`, { as: who });
    expect([answer.status, query]).toEqual([200, query]);
    return answer.body as unknown as Row[];
  };
  const explain = (body: object) =>
    call(server, 'POST', `/v1/operators/${root.operatorId}/permissions/explain`, { as, body });

  it('a refusal names its target, and the question that explains it is decided as the call was', async () => {
    const refused = await call(server, 'GET', userPath(root, 'taro'), { as: helper, ip: '198.51.100.7' });
    expect(refused.status).toBe(403);
    const [row] = await search({ actor: 'sam:helper', outcome: 'refused' });
    expect(row).toMatchObject({ apiKind: 'User:getUser', target: 'sam:taro', reason: 'AUM0017' });
    expect(row?.question).toMatchObject({
      userName: 'helper',
      api: 'User:getUser',
      pathVariables: { operator_id: root.operatorId, user_name: 'taro' },
      sourceIp: '198.51.100.7',
      at: server.clock.now,
      authMethod: 'password',
    });
    const answer = await explain(row?.question ?? {});
    expect([answer.status, answer.body.decision]).toEqual([200, 'deny']);
    // One fact of it changed, and it is another answer: it was this very question.
    const other = { ...row?.question, pathVariables: { user_name: 'ta_o' } };
    expect((await explain(other)).body.decision).toBe('allow');
    expect((await explain({ ...other, sourceIp: '203.0.113.1' })).body.decision).toBe('deny');
  });

  it('only refusals of a SAM user carry a question', async () => {
    const rows = await search({});
    expect(rows.filter(({ question }) => question).every(({ outcome }) => outcome === 'refused')).toBe(true);
    expect(rows.some(({ question }) => question === undefined)).toBe(true);
  });

  it('what an operation does not know is not kept: a secret pasted into an address stays out of the log', async () => {
    const path = `/v1/operators/${root.operatorId}/roles?owner=all&token=hunter2-secret`;
    expect((await call(server, 'GET', path, { as: helper, ip: '203.0.113.1' })).status).toBe(403);
    const [row] = await search({ actor: 'sam:helper', api_kind: 'Role:listRoles' });
    expect(row?.question?.['queryParameters']).toEqual({ owner: 'all' });
    expect(JSON.stringify(await auditOf(server, root.operatorId))).not.toContain('hunter2');
  });

  it('a mark that reorders a line is stored as another, and the question can still be asked', async () => {
    for (const name of ['a%0Ab', 'a%E2%80%AEb']) {
      const answer = await call(server, 'GET', userPath(root, name), { as: helper });
      const [row] = await search({ actor: 'sam:helper', outcome: 'refused' });
      expect(JSON.stringify(row)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      if (answer.status === 403) expect((await explain(row?.question ?? {})).status).toBe(200);
      else expect([name, answer.status]).toEqual([name, 400]);
    }
  });

  it('is narrowed by person, target, outcome and operation, each and together', async () => {
    await call(server, 'PUT', userPath(root, 'taro'), { as, body: { description: 'x' } });
    await call(server, 'POST', `/v1/operators/${root.operatorId}/roles/Desk`, {
      as,
      body: { description: 'd', permission: allow(['User:getUser']) },
    });
    await call(server, 'POST', `${userPath(root, 'taro')}/roles`, { as, body: { roleId: 'Desk' } });
    const actors = new Set((await search({ actor: 'root' })).map(({ actor }) => actor));
    expect([...actors]).toEqual(['root']);
    const attached = await search({ target: 'sam:taro', api_kind: 'Role:attachRole' });
    expect(attached.map(({ target }) => target)).toEqual(['sam:taro role:Desk']);
    expect((await search({ target: 'role:Desk' })).map(({ apiKind }) => apiKind)).toEqual([
      'Role:attachRole',
      'Role:createRole',
    ]);
    const outcomes = (await search({ outcome: 'refused', target: 'sam:taro' })).map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['refused']));
    expect(await search({ actor: 'sam:taro', outcome: 'refused' })).toEqual([]);
  });

  it('what somebody did to itself is about it too', async () => {
    const rows = await search({ target: 'sam:helper' });
    expect(rows.every(({ actor, target }) => target.includes('sam:helper') || actor === 'sam:helper')).toBe(true);
    expect(rows.some(({ target }) => target === '')).toBe(true);
  });

  it('nothing in a name is a wildcard, and case counts', async () => {
    const targets = async (target: string) => [...new Set((await search({ target })).map((row) => row.target))];
    expect(await targets('sam:ta_o')).toEqual(['sam:ta_o']);
    expect(await targets('sam:ta%o')).toEqual([]);
    expect(await targets('sam:TARO')).toEqual([]);
    expect(await targets("sam:taro' or ''='")).toEqual([]);
  });

  it.each([
    [{ outcome: 'maybe' }, 'outcome'],
    [{ actor: '' }, 'actor'],
    [{ target: 'x'.repeat(161) }, 'target'],
  ])('%j is refused with the name of the field', async (query, field) => {
    const answer = await call(server, 'GET', `/v1/audit_logs/api?${String(new URLSearchParams(query))}`, { as });
    expect([answer.status, answer.body.code, answer.body['field']]).toEqual([400, 'COM0001', field]);
  });

  it('no filter reaches beyond the own operator', async () => {
    const other = await newRoot(server);
    const theirs = await signIn(server, other);
    const rows = await search({ actor: 'sam:helper' }, theirs);
    expect(rows).toEqual([]);
  });
});
