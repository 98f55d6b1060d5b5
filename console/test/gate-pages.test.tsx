// @vitest-environment happy-dom
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { otpAt } from '../../server/test/support/people.ts';
import { connectSession } from '../src/api.ts';
import { translate as t } from '../src/language.ts';
import { router } from '../src/router.tsx';
import { confirmIdentity } from '../src/session/ask-identity.ts';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';

let console: Console;
let left: MockInstance<typeof location.replace>;
const main = () => textOf(document.querySelector('main'));
const state = 'x'.repeat(43);
const orders = 'https://shop.example.com/orders';
const way = (rd: string, more = {}) => `/gate?${String(new URLSearchParams({ rd, state, ...more }))}`;
const there = /^https:\/\/shop\.example\.com\/\.warifu\/callback\?code=[\w-]{43}$/;
const goes = () => until(() => left.mock.calls.some(([to]) => there.test(String(to))), 'the way to the program');
const codesAsked = () => console.asked.filter((asked) => asked.endsWith('/gate_codes')).length;

beforeAll(async () => {
  console = await startConsole();
  Object.assign(console.server.ctx.config, { gateHosts: ['shop.example.com'] });
  await console.signIn();
});
afterAll(() => console.stop());
beforeEach(() => {
  left = vi.spyOn(location, 'replace').mockImplementation(() => {});
});
afterEach(() => left.mockRestore());

describe('the way to a guarded program', () => {
  test('leads to listed hosts only, and tells what came of it', async () => {
    await console.open(way('https://evil.test/'), 'ja');
    await until(() => main().includes('ログインできるアプリのページではありません'), 'the refusal');
    await console.open(way('https://evil.test/'), 'en');
    await until(() => main().includes(t('gate.refused')), 'the refusal');
    expect(left).not.toHaveBeenCalled();
    await console.open('/settings', 'en');
    expect(all('link', t('onward.action'))).toEqual([]);
    await console.open(way(orders), 'en');
    await goes();
    await console.open('/gate?end=failed', 'en');
    expect(main()).toContain(t('gate.failed'));
    await console.open('/gate', 'en');
    expect(main()).toContain(t('gate.nothing'));
  });

  test('waits for what the page of the program wants to be proved', async () => {
    const before = codesAsked();
    await console.open(way(orders, { prove: 'password' }), 'en');
    const rest = { sessionReplaced: async () => false, sessionEnded: async () => false };
    connectSession({
      confirmIdentity,
      confirmLoss: async () => true,
      ...rest,
      mustEnrol: () => {},
      sessionUsed: () => {},
    });
    expect(main()).toContain(t('gate.prove'));
    await click(await find('button', t('stepUp.title')));
    await click(await find('button', t('action.cancel'), await find('dialog')));
    await until(() => document.querySelector('[role=dialog]') === null, 'the dialog to close');
    expect([codesAsked(), left.mock.calls]).toEqual([before, []]);
    await click(await find('button', t('stepUp.title')));
    const password = await find('field', t('field.password'), await find('dialog'));
    await type(password, console.root.password);
    await submit(password);
    await goes();
  });

  test('leads on after MFA was enabled, where it is needed first', async () => {
    await console.open(way(orders, { prove: 'mfa' }), 'en');
    expect(main()).toContain(t('gate.enable'));
    await click(await find('button', t('banner.mfaOffAction')));
    await until(() => all('link', t('onward.action'))[0], 'the way on');
    const path = '/v1/operators/{operator_id}/settings';
    const { body } = await console.api('GET', path);
    expect((await console.api('PUT', path, { ...body, mfaRequiredForRoot: true })).status).toBe(204);
    await console.signIn();
    // What the page asks leads to the page of MFA, as `app.tsx` connects it.
    await console.open(way(orders), 'en');
    await until(() => all('alert').length > 0, 'that MFA is needed');
    await console.open('/security/mfa', 'en');
    expect(all('link', t('onward.action'))).toEqual([]);
    await click(await find('button', t('mfa.enable')));
    const seed = textOf(await until(() => document.querySelector('details code'), 'the setup key')).replace(/\s/g, '');
    await click(await find('button', t('action.next')));
    const code = await find('field', t('field.code'));
    await type(code, otpAt(seed, console.server.clock.now));
    if (code.isConnected) await submit(code);
    await click(await find('checkbox', t('codes.stored')));
    await submit(await find('button', t('codes.done')));
    await until(() => document.querySelector('[role=dialog]') === null, 'the dialog to close');
    await click(await find('link', t('onward.action')));
    await goes();
    expect(router.state.location.pathname).toBe('/gate');
    await console.open('/settings', 'en');
    expect(all('link', t('onward.action'))).toEqual([]);
  });

  test('ends with both sign-outs', async () => {
    await console.open('/gate?end=signed-out', 'en');
    expect(main()).toContain(t('gate.signedOut'));
    await click(await find('button', t('account.logOut')));
    await until(() => left.mock.calls.some(([to]) => String(to).startsWith('/login?')), 'the sign-in page');
  });
});
