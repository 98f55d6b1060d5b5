import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call, confirmed } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { canaries, enrol, newRoot, otpAt, signIn } from './support/people.ts';
import { type Pick, randomOf } from './support/random.ts';
import { enrolSam, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

/*
 * Whole operators at random: for each person whose phone is gone, every other one really signs in and tries to help, and
 * what worked is what the server had told. `WARIFU_TEST_OPERATORS_TRIED` tries more of them.
 */

const count = Number(process.env.WARIFU_TEST_OPERATORS_TRIED ?? 5);
const names = ['hana', 'kai', 'mio'];
const acts = ['User:revokeUserMFA', 'User:startUserMFAReset', 'User:approveUserMFAReset'];

type Person = { readonly sam: Sam; seed: string | undefined; readonly hasPassword: boolean };
type Way = { readonly way: string; readonly open: string; readonly needs: readonly string[] };

describe.each(engines)('the ways back of whole operators, tried, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const code = (seed: string) => {
    server.clock.now += 30_000;
    return otpAt(seed, server.clock.now);
  };
  const draw = async (seed: number) => {
    const pick = randomOf(seed);
    const root = await newRoot(server);
    const enrolled = pick([true, true, false]) ? await enrol(server, root) : undefined;
    const as = enrolled ?? (await signIn(server, root));
    const secondPerson = pick([true, false]);
    const people: Person[] = [];
    for (const name of names) {
      const sam = await newSam(server, root, as, name, permissionFrom(pick));
      const samSeed = pick([true, true, false]) ? await enrolSam(server, root, as, name) : undefined;
      const hasPassword = pick([true, true, true, false]);
      if (!hasPassword) await call(server, 'DELETE', `${userPath(root, name)}/password`, { as });
      people.push({ sam, seed: samSeed, hasPassword });
    }
    const settings = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: false, escalationGuard: true };
    const body = { ...settings, secondPersonForResets: secondPerson };
    await call(server, 'PUT', `/v1/operators/${root.operatorId}/settings`, { as, body, headers: confirmed });
    return { root, as, rootSeed: enrolled?.seed, secondPerson, people };
  };
  type Drawn = Awaited<ReturnType<typeof draw>>;

  const enter = async ({ sam, seed, hasPassword }: Person) =>
    hasPassword ? await signInSam(server, sam, seed && code(seed)) : undefined;
  const rootSession = ({ root, rootSeed }: Drawn) => signIn(server, root, rootSeed && code(rootSeed));
  const comesIn = async ({ sam }: Person) => (await call(server, 'POST', '/v1/auth', { body: sam })).status === 200;
  const reenrol = async ({ root, as }: Drawn, target: Person) => {
    target.seed = await enrolSam(server, root, as, target.sam.userName);
  };

  const disabled = async (drawn: Drawn, target: Person) => {
    for (const helper of drawn.people.filter((one) => one !== target)) {
      const as = await enter(helper);
      const mfa = `${userPath(drawn.root, target.sam.userName)}/mfa`;
      if (!as || (await call(server, 'DELETE', mfa, { as })).status !== 204) continue;
      const helped = await comesIn(target);
      await reenrol(drawn, target);
      return helped;
    }
    return false;
  };

  const helpersBeside = async (drawn: Drawn, target: Person) => {
    const helpers = [await rootSession(drawn)];
    for (const one of drawn.people.filter((other) => other !== target)) {
      const as = await enter(one);
      if (as) helpers.push(as);
    }
    return helpers;
  };
  const reset = async (drawn: Drawn, target: Person) => {
    const path = `${userPath(drawn.root, target.sam.userName)}/mfa/reset`;
    const helpers = await helpersBeside(drawn, target);
    for (const starter of helpers) {
      const started = await call(server, 'POST', path, {
        as: starter,
        body: { reason: 'phone lost', handOver: 'code' },
      });
      if (started.status !== 201) continue;
      const { code: handed = '', caseId } = started.body as { code?: string; caseId?: string };
      canaries.add(handed).add(handed.replace('-', ''));
      const approve = async (as: Credentials) =>
        (await call(server, 'POST', `${path}/approval`, { as, body: { caseId } })).status;
      for (const as of drawn.secondPerson ? helpers : []) {
        if (as !== starter && (await approve(as)) === 204) break;
      }
      const body = { ...target.sam, code: handed };
      const finished = await call(server, 'POST', '/v1/operators/user_mfa_reset/finish', { body });
      if (finished.status !== 200) continue;
      const helped = await comesIn(target);
      await reenrol(drawn, target);
      return helped;
    }
    return false;
  };

  const told = async ({ root, as }: Drawn, { sam }: Person) => {
    const { text } = await call(server, 'GET', `${userPath(root, sam.userName)}/ways_back`, { as });
    const { level, ways } = JSON.parse(text) as { level: string; ways: Way[] };
    const way = (name: string) => ways.find((one) => one.way === name);
    return {
      level,
      alone: way('password')?.open === 'yes',
      assisted: way('assistedReset')?.open !== 'no',
      others: way('otherUser')?.needs.includes('otherUsers') === true,
    };
  };

  it('is what came of it when everybody tried', { timeout: 3_600_000 }, async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= count; seed++) {
      const drawn = await draw(seed);
      for (const target of drawn.people) {
        const { seed: phone, sam } = target;
        const answer = await told(drawn, target);
        const alone = await comesIn(target);
        const tried = {
          level: alone ? 'alone' : 'help',
          alone,
          assisted: phone !== undefined && (await reset(drawn, target)),
          others: phone !== undefined && (await disabled(drawn, target)),
        };
        seen.add(`assisted ${tried.assisted}`).add(`others ${tried.others}`).add(tried.level);
        expect([seed, sam.userName, answer]).toEqual([seed, sam.userName, tried]);
      }
    }
    expect(seen.size).toBe(6);
  });
});

function permissionFrom(pick: Pick): string {
  const statements = acts.flatMap((api) => {
    const on = names.filter(() => pick([true, false, false])).map((name) => `pathVariable('user_name') == '${name}'`);
    return on.length === 0 ? [] : [{ effect: 'allow', api: [api], condition: on.join(' or ') }];
  });
  return JSON.stringify({ statements: [...statements, { effect: 'allow', api: ['User:getUser'] }] });
}
