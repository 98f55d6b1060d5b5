import { compile } from '@warifu/policy';
import { describe, expect, it } from 'vitest';
import { sourcesOf, type Texts, textsOfAll } from '../src/authorize/documents.ts';
import { call } from './support/client.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { type Pick, randomOf } from './support/random.ts';
import { newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const conditions = [
  undefined,
  "pathVariable('user_name') == samUserName",
  "pathVariable('user_name') == 'user7'",
  "pathVariable('user_name') != 'user7'",
  "samUserName in ['user1', 'user2', 'user3']",
  'mfaAuthenticated',
  "ipAddress('10.0.0.0/8')",
  "operatorId == 'OP0000000000'",
  "not (pathVariable('user_name') like 'user*')",
];
const patterns = ['User:*', 'User:revoke*', 'User:revokeUserMFA', '*', 'Role:*', 'User:get*', 'User:list*'];

function document(pick: Pick): string {
  const statements = Array.from({ length: pick([1, 1, 2, 3]) }, () => {
    const condition = pick(conditions);
    return { effect: pick(['allow', 'allow', 'allow', 'deny']), api: pick(patterns), ...(condition && { condition }) };
  });
  return JSON.stringify({ statements });
}

/** 50 users, 20 roles, defaults: straight into the tables, because how they came there is not the question here. */
async function fill(server: TestServer, root: Root, seed: number): Promise<void> {
  const { db } = server.ctx;
  const pick = randomOf(seed);
  const dates = { created_at: 0, updated_at: 0 };
  const roles = Array.from({ length: 20 }, (_, i) => `role${i}`);
  for (const roleId of roles) {
    const row = {
      operator_id: root.operatorId,
      role_id: roleId,
      role_key: roleId,
      description: '',
      permission: document(pick),
      ...dates,
    };
    await db.insertInto('roles').values(row).execute();
  }
  for (let i = 0; i < 50; i++) {
    const name = `user${i}`;
    const blank = { description: '', language: 'en' as const, password_hash: null, password_changed_at: null };
    const more = {
      password_suspended_at: null,
      credential_version: 1,
      last_sign_in_at: null,
      trust_policy: null,
      mfa_reset_at: null,
      backup_code_sets_made: 0,
    };
    const permission = pick(['', '', document(pick)]);
    const user = { operator_id: root.operatorId, user_id: name, name_key: name, user_name: name };
    await db
      .insertInto('users')
      .values({ ...user, permission, ...blank, ...more, ...dates })
      .execute();
    for (const roleId of new Set([pick(roles), pick(roles)])) {
      const attached = { operator_id: root.operatorId, user_id: name, role_id: roleId, attached_at: 0 };
      if (pick([true, false, false])) await db.insertInto('user_roles').values(attached).execute();
    }
  }
  const defaults = JSON.stringify({
    statements: [
      {
        effect: 'allow',
        api: 'User:revokeUserMFA',
        condition: "pathVariable('user_name') == samUserName and mfaAuthenticated",
      },
    ],
  });
  await db
    .updateTable('operators')
    .set({ default_permissions: defaults })
    .where('operator_id', '=', root.operatorId)
    .execute();
}

/** Every call of the operation on a target that differs in anything a condition here can see. */
function bruteForce(
  operatorId: string,
  userName: string,
  target: string,
  texts: Texts,
): 'always' | 'sometimes' | 'never' {
  const decider = compile(sourcesOf(texts));
  const decisions = new Set<string>();
  for (const mfaAuthenticated of [true, false]) {
    for (const sourceIp of ['10.1.2.3', '192.0.2.1', null]) {
      decisions.add(
        decider.decide({
          api: 'User:revokeUserMFA',
          httpMethod: 'DELETE',
          requestPath: '',
          pathVariables: { operator_id: operatorId, user_name: target },
          queryParameters: {},
          nowMs: 0,
          timeZone: 'UTC',
          sourceIp,
          samUserName: userName,
          operatorId,
          mfaAuthenticated,
          authMethod: mfaAuthenticated ? 'password+totp' : 'password',
          authAgeSeconds: 0,
          secondsSinceMfaReset: Number.MAX_SAFE_INTEGER,
        }),
      );
    }
  }
  if (decisions.size === 2) return 'sometimes';
  return decisions.has('allow') ? 'always' : 'never';
}

describe.each(engines)('who can remove whose MFA, on %s', (engine) => {
  it('answers as brute force over 50 users, 20 roles and defaults does', async () => {
    const server = await startTestServer(engine);
    let allowedPairs = 0;
    for (const seed of [1, 2, 3]) {
      const root = await newRoot(server);
      await fill(server, root, seed);
      const as = await signIn(server, root);
      const texts = await textsOfAll(server.ctx.db, root.operatorId);
      for (const target of ['user7', 'user1', 'user42']) {
        const path = `/v1/operators/${root.operatorId}/permissions/who_can?api=User:revokeUserMFA&user_name=${target}`;
        const answer = (await call(server, 'GET', path, { as })).body as unknown as {
          userName: string;
          allowed: string;
        }[];
        const said = new Map(answer.map((row) => [row.userName, row.allowed]));
        expect(said.get(''), 'the root user').toBe('always');
        for (const [name, own] of texts) {
          const truth = bruteForce(root.operatorId, name, target, own);
          const told = said.get(name) ?? 'never';
          // "sometimes" may stand for "not known"; "never" and "always" must be true.
          expect(told === truth || told === 'sometimes', `${name} on ${target}: ${told}, in truth ${truth}`).toBe(true);
          if (truth !== 'never') {
            allowedPairs++;
            expect(told).not.toBe('never');
          }
        }
      }
    }
    expect(allowedPairs).toBeGreaterThan(50);
    await server.stop();
  });

  it('counts whoever may switch to a user that may, but not for operations that a switched session never reaches', async () => {
    const server = await startTestServer(engine);
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const users = `/v1/operators/${root.operatorId}/users`;
    for (const name of ['carol', 'service']) await call(server, 'POST', `${users}/${name}`, { as, body: {} });
    const permission = JSON.stringify({ statements: [{ effect: 'allow', api: '*' }] });
    await call(server, 'PUT', `${users}/service/permission`, { as, body: { permission } });
    const { operatorId: other } = await newRoot(server);
    const soracom = [
      `srn:soracom:${root.operatorId}::User:carol`,
      `srn:soracom:${other}::Operator:${other}`,
      // A user that is not there is nobody, also when one of its name comes later.
      `srn:soracom:${root.operatorId}::User:later`,
    ];
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    await call(server, 'PUT', `${users}/service/trust_policy`, { as, body: { trustPolicy } });
    await call(server, 'POST', `${users}/later`, { as, body: {} });
    const ask = async (api: string) => {
      const answer = await call(server, 'GET', `/v1/operators/${root.operatorId}/permissions/who_can?api=${api}`, {
        as,
      });
      return (answer.body as unknown as { principal: string; through?: string; kind: string }[]).map((row) => [
        row.principal.split('::')[1],
        row.through,
      ]);
    };
    expect(await ask('User:listUsers')).toEqual([
      [`Operator:${root.operatorId}`, undefined],
      ['User:service', undefined],
      ['User:carol', 'service'],
      [`Operator:${other}`, 'service'],
    ]);
    expect(await ask('User:revokeUserMFA')).toEqual([
      [`Operator:${root.operatorId}`, undefined],
      ['User:service', undefined],
    ]);
    expect(await ask('Operator:revokeMFA')).toEqual([[`Operator:${root.operatorId}`, undefined]]);
    await server.stop();
  });

  it('A10: a condition that asks for what every object inherits makes no question fail', async () => {
    const server = await startTestServer(engine);
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
    const api = 'User:getUser';
    const asks = names.flatMap((name) => [`pathVariable('${name}') like 'a*'`, `queryParameter('${name}') == 'b'`]);
    const statements = asks.map((condition) => ({ effect: 'allow', api, condition }));
    const sam = await newSam(server, root, as, 'odd', JSON.stringify({ statements }));
    const base = `/v1/operators/${root.operatorId}/permissions`;
    const listed = await call(server, 'GET', `${base}/who_can?api=${api}&user_name=odd`, { as });
    expect(listed.status).toBe(200);
    expect(listed.text).toContain('queryParameter');
    const session = await signInSam(server, sam);
    expect((await call(server, 'GET', userPath(root, 'odd'), { as: session })).status).toBe(403);
    const body = { userName: 'odd', api, pathVariables: { user_name: 'odd' } };
    const explained = await call(server, 'POST', `${base}/explain`, { as, body });
    expect([explained.status, explained.body.decision]).toEqual([200, 'deny']);
    await server.stop();
  });

  it('takes a handful of statements with 50 users, and so does an explanation', async () => {
    const server = await startTestServer(engine);
    const root = await newRoot(server);
    await fill(server, root, 4);
    const as = await signIn(server, root);
    const ask = async (method: string, question: string, body?: object) => {
      server.statements.length = 0;
      const path = `/v1/operators/${root.operatorId}/permissions/${question}`;
      const { status } = await call(server, method, path, { as, body });
      expect([status, server.statements.length > 0]).toEqual([200, true]);
      return server.statements.length;
    };
    expect(await ask('GET', 'who_can?api=User:revokeUserMFA&user_name=user7')).toBeLessThanOrEqual(8);
    const about = { userName: 'user7', api: 'User:revokeUserMFA', pathVariables: { user_name: 'user1' } };
    expect(await ask('POST', 'explain', about)).toBeLessThanOrEqual(8);
    await server.stop();
  });
});
