import {
  confirmHeader,
  enableMFA,
  generateAuthToken,
  getSession,
  getUserPermission,
  listUsers,
  noWayBack,
  stepUp,
} from '@warifu/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call, connectSession, deviceClockOffset, keepCsrfToken } from '../src/api.ts';
import { asFailure, factsOf, gaveUp } from '../src/failure.ts';

type Sent = { path: string; method: string; headers: Record<string, string>; body: string | undefined };

const real = globalThis.fetch;
let sent: Sent[] = [];
let answers: (() => Response)[] = [];

const ok =
  (body: unknown, headers: Record<string, string> = {}) =>
  () =>
    Response.json(body, { headers });
const no =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  () =>
    Response.json(body, { status, headers });

// The browser's door to the network; everything behind it is the console's own.
beforeEach(() => {
  sent = [];
  answers = [];
  globalThis.fetch = async (path, options) => {
    const { method = 'GET', headers, body } = options as RequestInit;
    sent.push({ path: path as string, method, headers: headers as Record<string, string>, body: body as string });
    const answer = answers.shift();
    if (!answer) throw new TypeError('offline');
    return answer();
  };
});
afterEach(() => {
  globalThis.fetch = real;
  connectSession({
    confirmIdentity: async () => false,
    confirmLoss: async () => false,
    sessionReplaced: async () => false,
    sessionEnded: async () => false,
    mustEnrol: () => {},
    sessionUsed: () => {},
  });
});

const failureOf = async (work: Promise<unknown>) => asFailure(await work.catch((error: unknown) => error));

describe('a call', () => {
  test('fills its path, escaped, and sends the rest as the body or the query', async () => {
    answers = [ok({ token: 't' }), ok([])];
    await call(generateAuthToken, { operator_id: 'OP/1', tokenTimeoutSeconds: 60 } as never);
    await call(listUsers, { operator_id: 'OP1' } as never);
    expect(sent[0]?.path).toContain('/OP%2F1/');
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ tokenTimeoutSeconds: 60 });
    expect([sent[1]?.method, sent[1]?.body]).toEqual(['GET', undefined]);
  });

  test('carries the CSRF token with writes only', async () => {
    keepCsrfToken('secret');
    answers = [ok({}), ok({})];
    await call(getSession, {});
    await call(stepUp, { password: 'p' });
    expect(sent.map(({ headers }) => headers['X-CSRF-Token'])).toEqual([undefined, 'secret']);
  });

  test('reads the receipt, the key of the next page, and the server’s clock', async () => {
    const date = new Date(Date.now() - 90_000).toUTCString();
    answers = [ok({}, { 'warifu-receipt': 'sessions=2, links=0', 'x-soracom-next-key': 'k', date })];
    const { receipt, nextKey } = await call(getSession, {});
    expect([...receipt]).toEqual([['sessions', 2]]);
    expect(nextKey).toBe('k');
    expect(deviceClockOffset()).toBeGreaterThan(85_000);
  });

  test('reads the tag of what was read, strong whatever a proxy made of it, and sends it with a change', async () => {
    answers = [ok({}, { etag: 'W/"tag"' }), ok({}), ok({})];
    const { tag } = await call(getUserPermission, { operator_id: 'OP1', user_name: '田中 太郎' });
    expect([tag, sent[0]?.path]).toEqual([
      '"tag"',
      `/v1/operators/OP1/users/${encodeURIComponent('田中 太郎')}/permission`,
    ]);
    await call(stepUp, { password: 'p' }, { ifMatch: tag });
    await call(stepUp, { password: 'p' });
    expect(sent.slice(1).map(({ headers }) => headers['If-Match'])).toEqual(['"tag"', undefined]);
  });

  test('that does not come through, or breaks off in a proxy, is a failure with a code', async () => {
    expect(await failureOf(call(getSession, {}))).toMatchObject({ code: 'OFFLINE', status: 0 });
    answers = [() => new Response('<html>Bad gateway</html>', { status: 502 })];
    expect(await failureOf(call(getSession, {}))).toMatchObject({ code: 'HTTP', status: 502 });
    answers = [no(429, { code: 'COM0429' }, { 'retry-after': '30' })];
    const before = Date.now();
    const { retryAt = 0 } = await failureOf(call(getSession, {}));
    expect(retryAt - before).toBeGreaterThan(25_000);
  });
});

describe('a blocked call', () => {
  const enable = () => call(enableMFA, { operator_id: 'OP1' });
  const hooks = (asked: Partial<Parameters<typeof connectSession>[0]>) =>
    connectSession({
      confirmIdentity: async () => false,
      confirmLoss: async () => false,
      sessionReplaced: async () => false,
      sessionEnded: async () => false,
      mustEnrol: () => {},
      sessionUsed: () => {},
      ...asked,
    });

  test.each([
    ['MFA0004', 'confirmIdentity', 403],
    ['AUM0001', 'sessionEnded', 401],
    ['COM0403', 'sessionReplaced', 403],
  ] as const)('%s is repeated once when the person proves who it is', async (code, hook, status) => {
    hooks({ [hook]: async () => true });
    answers = [no(status, { code }), ok({ totpUri: 'otpauth://totp/x' })];
    expect((await enable()).reply.totpUri).toContain('otpauth');
    answers = [no(status, { code }), no(status, { code }), ok({})];
    expect((await failureOf(enable())).code).toBe(code);
    expect(sent).toHaveLength(4);
  });

  test('is given up with the dialog', async () => {
    hooks({});
    answers = [no(403, { code: 'MFA0004' })];
    expect((await failureOf(enable())).code).toBe(gaveUp);
    answers = [no(401, { code: 'AUM0001' })];
    expect((await failureOf(enable())).code).toBe('AUM0001');
    expect(sent).toHaveLength(2);
  });

  test('that would take a way back away is repeated with the confirmation, or given up', async () => {
    const asked: unknown[] = [];
    const answer = { code: 'MFA0037', message: 'lost', userNames: 'hana, 花子' };
    hooks({ confirmIdentity: async () => true, confirmLoss: async (loss) => asked.push(loss.facts.userNames) === 1 });
    answers = [no(403, { code: 'MFA0004' }), no(409, answer), ok({})];
    await enable();
    expect(sent.map(({ headers }) => headers[confirmHeader])).toEqual([undefined, undefined, noWayBack]);
    answers = [no(409, answer)];
    expect((await failureOf(enable())).code).toBe(gaveUp);
    expect(asked).toEqual(['hana, 花子', 'hana, 花子']);
    expect(sent).toHaveLength(4);
  });

  test('a step-up is not repeated after signing in: its code is used', async () => {
    hooks({ sessionEnded: async () => true });
    answers = [no(401, { code: 'AUM0001' }), ok({})];
    expect((await failureOf(call(stepUp, { password: 'p' }))).code).toBe('AUM0001');
    expect(sent).toHaveLength(1);
  });

  test('says when nothing but enabling MFA is possible', async () => {
    let told = 0;
    hooks({ mustEnrol: () => void told++ });
    answers = [no(403, { code: 'MFA0008' })];
    expect((await failureOf(enable())).code).toBe('MFA0008');
    expect(told).toBe(1);
  });
});

test('facts of another type than the contract’s are left out', () => {
  expect(factsOf({ requiredActions: 5, nonsense: 'x' })).toEqual({});
  expect(asFailure('thrown')).toMatchObject({ code: 'CONSOLE', status: 500 });
});
