import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asHostCommand, openDatabase } from '../src/db/database.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { allow, credentialsOf, enrolSam, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

/** Somebody whose calls are judged, what was acknowledged on one server, and what the other one answers next. */
type Scene = {
  readonly root: Root;
  readonly as: Credentials;
  readonly sam: Sam;
  readonly session: Credentials;
};
type Row = {
  readonly change: string;
  readonly before?: (scene: Scene) => Promise<Credentials | undefined>;
  readonly act: (scene: Scene) => Promise<unknown>;
  readonly next: number;
};

describe.each(engines)('what is over is over with the next call, on every server, on %s', (engine) => {
  let here: TestServer;
  let there: TestServer;
  let count = 0;
  beforeAll(async () => {
    here = await startTestServer(engine, {}, { hasher: fastHasher() });
    there = await joinTestServer(here);
  });
  afterAll(async () => {
    await there.stop();
    await here.stop();
  });
  afterEach(() => checkInvariants(here));

  const list = (scene: { root: Root }, as: Credentials) =>
    call(there, 'GET', `/v1/operators/${scene.root.operatorId}/users`, { as });
  const put = async ({ as }: Scene, path: string, body: object) => await done(call(here, 'PUT', path, { as, body }));
  const post = async ({ as }: Scene, path: string, body?: object) =>
    await done(call(here, 'POST', path, { as, ...(body && { body }) }));
  const remove = async (as: Credentials, path: string) => await done(call(here, 'DELETE', path, { as }));
  const done = async (answer: ReturnType<typeof call>) => {
    const got = await answer;
    if (got.status >= 300) throw new Error(`${got.status} ${got.text}`);
    return got;
  };
  const ofSam = ({ root, sam }: Scene) => userPath(root, sam.userName);
  const ofOperator = ({ root }: Scene) => `/v1/operators/${root.operatorId}`;

  const newScene = async (): Promise<Scene> => {
    const root = await newRoot(here);
    const as = await signIn(here, root);
    const sam = await newSam(here, root, as, `dana${++count}`, allow(['User:listUsers']));
    return { root, as, sam, session: await signInSam(here, sam) };
  };
  /** A role with the permission in place of the user's own one. */
  const byRole = async (scene: Scene) => {
    await post(scene, `${ofOperator(scene)}/roles/reader`, { permission: allow(['User:listUsers']), description: '' });
    await post(scene, `${ofSam(scene)}/roles`, { roleId: 'reader' });
    await remove(scene.as, `${ofSam(scene)}/permission`);
    return undefined;
  };
  const byDefaults = async (scene: Scene) => {
    await put(scene, `${ofOperator(scene)}/users/default_permissions`, { permissions: allow(['User:listUsers']) });
    await remove(scene.as, `${ofSam(scene)}/permission`);
    return undefined;
  };
  const byAuthKey = async (scene: Scene) => {
    const { body } = await post(scene, `${ofSam(scene)}/auth_keys`);
    const answer = await done(call(here, 'POST', '/v1/auth', { body }));
    return credentialsOf(answer.body);
  };
  const bySwitch = async (scene: Scene) => {
    const other = await newSam(here, scene.root, scene.as, `boss${count}`);
    const soracom = [`srn:soracom:${scene.root.operatorId}::User:${other.userName}`];
    const statement = { effect: 'allow', principal: { soracom } };
    await put(scene, `${ofSam(scene)}/trust_policy`, { trustPolicy: JSON.stringify({ statements: [statement] }) });
    const { operatorId, userName } = scene.sam;
    const body = { operatorId, userName };
    const answer = await done(call(here, 'POST', '/v1/auth/switch_user', { as: await signInSam(here, other), body }));
    return credentialsOf(answer.body);
  };

  const nothing = JSON.stringify({ statements: [{ effect: 'deny', api: '*' }] });
  const rows: Row[] = [
    {
      change: 'logout',
      act: ({ session }) => done(call(here, 'POST', '/v1/auth/logout', { as: session })),
      next: 401,
    },
    { change: 'the end of all sessions', act: (scene) => remove(scene.as, `${ofSam(scene)}/tokens`), next: 401 },
    {
      change: 'the password deleted',
      act: (scene) => remove(scene.as, `${ofSam(scene)}/password`),
      next: 401,
    },
    { change: 'MFA on', act: ({ root, as, sam }) => enrolSam(here, root, as, sam.userName), next: 401 },
    {
      change: 'MFA off',
      before: async ({ root, as, sam }) => {
        const seed = await enrolSam(here, root, as, sam.userName);
        return await signInSam(here, sam, otpAt(seed, here.clock.now));
      },
      act: (scene) => remove(scene.as, `${ofSam(scene)}/mfa`),
      next: 401,
    },
    { change: 'a permission deleted', act: (scene) => remove(scene.as, `${ofSam(scene)}/permission`), next: 403 },
    {
      change: 'a permission changed',
      act: (scene) => put(scene, `${ofSam(scene)}/permission`, { permission: nothing }),
      next: 403,
    },
    {
      change: 'a role changed',
      before: byRole,
      act: (scene) => put(scene, `${ofOperator(scene)}/roles/reader`, { permission: nothing }),
      next: 403,
    },
    {
      change: 'a role detached',
      before: byRole,
      act: (scene) => remove(scene.as, `${ofSam(scene)}/roles/reader`),
      next: 403,
    },
    {
      change: 'defaults changed',
      before: byDefaults,
      act: (scene) => put(scene, `${ofOperator(scene)}/users/default_permissions`, { permissions: nothing }),
      next: 403,
    },
    {
      change: 'a trust policy deleted',
      before: bySwitch,
      act: (scene) => remove(scene.as, `${ofSam(scene)}/trust_policy`),
      next: 401,
    },
    { change: 'the user deleted', act: (scene) => remove(scene.as, ofSam(scene)), next: 401 },
    {
      change: 'an AuthKey deleted',
      before: byAuthKey,
      act: async (scene) => {
        const { text } = await done(call(here, 'GET', `${ofSam(scene)}/auth_keys`, { as: scene.as }));
        const [key] = JSON.parse(text) as { authKeyId: string }[];
        await remove(scene.as, `${ofSam(scene)}/auth_keys/${key?.authKeyId}`);
      },
      next: 401,
    },
    {
      change: 'MFA required',
      act: (scene) =>
        put(scene, `${ofOperator(scene)}/settings`, {
          mfaRequiredForRoot: false,
          mfaRequiredForSamUsers: true,
          escalationGuard: true,
        }),
      next: 403,
    },
    {
      change: 'MFA required of the user',
      act: (scene) => put(scene, `${ofSam(scene)}/mfa_requirement`, { required: true }),
      next: 403,
    },
  ];

  it.each(rows)('$change', async ({ before, act, next }) => {
    const scene = await newScene();
    const session = (await before?.(scene)) ?? scene.session;
    for (let i = 0; i < 3; i++) expect((await list(scene, session)).status).toBe(200);
    await act(scene);
    expect((await list(scene, session)).status).toBe(next);
  });

  it('a permission given works with the next call, and is gone with the one after it, in any order of changes', async () => {
    const scene = await newScene();
    const { as, session } = scene;
    const path = `${ofSam(scene)}/permission`;
    // Numbers that look random and are the same in every run.
    let random = 1;
    for (let i = 0; i < 500; i++) {
      random = (random * 48271) % 2147483647;
      const allowed = random % 2 === 0;
      const permission = allowed ? allow(['User:listUsers']) : nothing;
      await done(call(random % 3 === 0 ? there : here, 'PUT', path, { as, body: { permission } }));
      expect(
        (await call(random % 5 === 0 ? here : there, 'GET', `${ofOperator(scene)}/users`, { as: session })).status,
      ).toBe(allowed ? 200 : 403);
    }
  });

  it('what another process wrote counts for the next call', async () => {
    const scene = await newScene();
    const host = openDatabase(here.ctx.config.databaseUrl, () => {}, asHostCommand);
    for (let round = 0; round < 50; round++) {
      const session = await signInSam(here, scene.sam);
      const of = host.deleteFrom('sessions').where('operator_id', '=', scene.root.operatorId);
      // The server has looked a moment ago: what it knows is as new as it may be.
      expect((await list(scene, session)).status).toBe(200);
      await of.execute();
      expect([round, (await list(scene, session)).status]).toEqual([round, 401]);
    }
    await host.destroy();
  });
});
