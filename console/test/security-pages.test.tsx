// @vitest-environment happy-dom
import { act } from 'react';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../../server/test/support/client.ts';
import { mailedToken, otpAt, signIn, wrongOtp } from '../../server/test/support/people.ts';
import { connectSession } from '../src/api.ts';
import { countText, translate as t } from '../src/language.ts';
import { router } from '../src/router.tsx';
import { codesFileName, codesText } from '../src/security/codes-file.ts';
import { confirmIdentity, signInAgain } from '../src/session/ask-identity.ts';
import type { Session } from '../src/session/session.ts';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';

let console: Console;
let secret = '';
const main = () => textOf(document.querySelector('main'));
const dialogText = () => textOf(document.querySelector('[role=dialog]'));
const closed = () => until(() => document.querySelector('[role=dialog]') === null, 'the dialog to close');
const now = () => console.server.clock.now;

beforeAll(async () => {
  console = await startConsole();
  await console.signIn();
});
afterAll(() => console.stop());

describe('enabling', () => {
  test('begins with a QR code and its twin as text; going back shows the same secret', async () => {
    await console.open('/security/mfa', 'en');
    await click(await find('button', t('mfa.enable')));
    const box = await find('dialog');
    await until(() => box.querySelector('svg[role=img]'), 'the QR code');
    secret = textOf(box.querySelector('details code')).replace(/\s/g, '');
    expect(box.querySelector('details code')?.getAttribute('translate')).toBe('no');
    expect(router.state.location.search).toEqual({ step: 'scan' });
    await click(await find('button', t('action.next')));
    await find('field', t('field.code'));
    await click(await find('button', t('action.back')));
    await until(() => document.querySelector('svg[role=img]'), 'the QR code again');
    expect(textOf(document.querySelector('details code')).replace(/\s/g, '')).toBe(secret);
  });

  test('a wrong code is refused at its field, which is empty for the next one', async () => {
    await click(await find('button', t('action.next')));
    const code = await find('field', t('field.code'));
    expect(code.getAttribute('autocomplete')).toBe('one-time-code');
    expect(code.getAttribute('inputmode')).toBe('numeric');
    // Six digits that come at once, as from a password manager, are sent at once.
    await type(code, wrongOtp(secret, now()));
    await until(() => dialogText().includes(t('errors.OTP_INVALID')), 'the refusal');
    expect(code.getAttribute('aria-invalid')).toBe('true');
    expect(code).toHaveProperty('value', '');
    await until(() => document.activeElement === code, 'the focus back in the field');
  });

  test('the right one shows five codes once, and leaving them asks once more', async () => {
    const code = await find('field', t('field.code'));
    const digits = otpAt(secret, now());
    // As people type it on a Japanese keyboard.
    await type(code, `${digits.slice(0, 3)}−${digits.slice(3)}`);
    if (code.isConnected) await submit(code);
    await until(() => dialogText().includes(t('codes.body')), 'the codes');
    const list = document.querySelector('ul[translate=no]');
    expect(list?.querySelectorAll('li')).toHaveLength(5);
    expect(textOf(list?.querySelector('li'))).toMatch(/^[2-9A-HJ-NP-Z]{8}$/);
    expect(list?.querySelector('li')?.getAttribute('aria-label')).toMatch(/^(\w ){3}\w, (\w ){3}\w$/);
    const done = await find('button', t('codes.done'));
    expect(done).toHaveProperty('disabled', true);
    expect(dialogText()).toContain(t('codes.doneFirst'));
    await click(await find('button', t('action.close')));
    expect(dialogText()).toContain(t('codes.leaveTitle'));
    await click(await find('button', t('codes.stay')));
    expect(document.querySelectorAll('ul[translate=no] li')).toHaveLength(5);
    await click(await find('checkbox', t('codes.stored')));
    await submit(await find('button', t('codes.done')));
    await closed();
    expect(main()).toContain(t('mfa.enabled'));
    // The program that made the user was signed in beside it: that much ended, and no more is spoken of.
    expect(main()).toContain(countText('receipt.sessions', 1));
    await until(() => main().includes(t('status.ACTIVE')), 'the new state');
  });

  test('speaks of other devices only where there were any', async () => {
    for (const language of ['ja', 'en'] as const) {
      await console.open('/security/mfa', language);
      expect(t('mfa.enabled')).not.toMatch(/端末|device/);
    }
    expect(countText('receipt.sessions', 2)).toMatch(/2/);
  });
});

describe('backup codes', () => {
  const session = { operatorId: 'OP0123456789', email: 'a@example.com' } as Session;

  test('their file has the date of the calendar that the person lives by', () => {
    const set = { number: 2, mark: 'K7QM', createdAt: new Date(2026, 10, 23, 0, 30).getTime() };
    expect(codesFileName({ codes: [], session, set })).toBe('warifu-backup-codes-OP0123456789-2026-11-23.txt');
    const late = new Date(2026, 10, 23, 23, 30).getTime();
    expect(codesFileName({ codes: [], session, set: { ...set, createdAt: late } })).toContain('2026-11-23');
  });

  test('their file says whose they are and what to do with them', () => {
    const set = { number: 2, mark: 'K7QM', createdAt: Date.UTC(2026, 0, 1) };
    const text = codesText({ codes: ['ABCD234U', 'EFGH6789'], session, set }, t);
    expect(text).toContain(t('codes.set', { number: 2, mark: 'K7QM' }));
    expect(text.split('\r\n')).toEqual(expect.arrayContaining(['ABCD234U', 'EFGH6789']));
    expect(text).toContain('OP0123456789');
    expect(text).toContain('a@example.com');
    expect(text).toContain('/mfa/reset');
  });

  test('new ones need a code of the app, and end the old ones', async () => {
    console.server.clock.now += 30_000;
    await console.open('/security/mfa', 'en');
    await click(await find('button', t('mfa.renew')));
    const code = await find('field', t('field.code'), await find('dialog'));
    await type(code, otpAt(secret, now()));
    await until(() => dialogText().includes(t('codes.body')), 'the codes');
    expect(document.querySelectorAll('ul[translate=no] li')).toHaveLength(5);
    const [, setName = ''] = /(2 · [2-9A-Z]{4})/.exec(dialogText()) ?? [];
    expect(setName).not.toBe('');
    await click(await find('button', t('action.close')));
    await click(await find('button', t('codes.leave')));
    await closed();
    await until(() => main().includes(t('mfa.notStoredBody')), 'that nobody stored them');
    await submit(await find('button', t('mfa.confirmStored')));
    await until(() => main().includes(t('status.stored')), 'that they are stored');
    // The page names the very set that the sheet names.
    expect(main()).toContain(setName);
    expect(main()).not.toContain(t('tries.title'));
  });

  test('show when and from where one was tried', async () => {
    const { email, password } = console.root;
    const path = '/v1/operators/mfa_revoke_token';
    await call(console.server, 'POST', `${path}/issue`, { body: { email, password } });
    const token = await mailedToken(console.server, console.root.operatorId, 'mfa_reset_link');
    const answer = await call(console.server, 'POST', `${path}/verify`, {
      body: { token, email, password, backupCode: 'AAAA222E' },
    });
    expect(answer.body.code).toBe('MFA0010');
    await console.open('/security/mfa', 'en');
    await until(() => main().includes(t('tries.title')), 'the list of tries');
    expect(all('row').map(textOf).join()).toContain(t('tries.outcomes.wrong'));
  });
});

describe('disabling', () => {
  test('asks for the password alone, and names the account to whoever fills it in', async () => {
    await console.open('/security/mfa?dialog=disable', 'en');
    const box = await find('dialog');
    expect(all('field', undefined, box).filter((field) => field.getAttribute('type') === 'password')).toHaveLength(1);
    expect(box.querySelector<HTMLInputElement>('input[autocomplete=username]')?.value).toBe(console.root.email);
    expect(textOf(box)).toContain(console.root.email);
    const password = await find('field', t('field.password'), box);
    await type(password, 'not it');
    await submit(password);
    await until(() => password.getAttribute('aria-invalid') === 'true', 'the refusal');
    expect(textOf(box)).toContain(t('errors.PW_WRONG'));
    // It stays what it was until it is typed again.
    expect(password).toHaveProperty('value', 'not it');
    await type(password, console.root.password);
    expect(password.getAttribute('aria-invalid')).not.toBe('true');
    await submit(password);
    await closed();
    await until(() => main().includes(t('mfa.disabled')), 'the outcome');
    expect((await signIn(console.server, console.root)).token).toBeTruthy();
  });
});

describe('sessions', () => {
  test('are listed with the one that is here, and ended one by one', async () => {
    await signIn(console.server, console.root);
    await console.open('/security/sessions', 'en');
    await until(() => all('row').length > 1, 'two sessions');
    expect(all('row').filter((row) => textOf(row).includes(t('sessions.here')))).toHaveLength(1);
    const before = all('row').length;
    await submit(await find('button', /^Log out: /));
    await until(() => all('row').length === before - 1, 'one less');
  });

  test('all others end at once, after a look at what that means', async () => {
    const as = await signIn(console.server, console.root);
    await console.open('/security/sessions', 'en');
    await click(await find('button', t('sessions.endAll')));
    await submit(await find('button', t('sessions.endAllSubmit'), await find('dialog')));
    await closed();
    await until(() => main().includes(t('sessions.onlyThis')), 'that it is alone');
    expect((await call(console.server, 'GET', '/v1/auth/sessions', { as })).status).toBe(401);
    expect(await find('button', t('sessions.endAll'))).toHaveProperty('disabled', true);
  });

  test('have times of this device or UTC, by the switch that the audit log has too', async () => {
    await console.open('/security/sessions', 'en');
    await click(await find('button', t('sessions.zones.utc')));
    await until(() => (router.state.location.search as { zone?: string }).zone === 'utc', 'the address');
    expect(textOf(all('row')[0])).toContain('UTC');
  });
});

describe('the password', () => {
  test('is changed with the current one, and both fields say what is wrong', async () => {
    await console.open('/security/password', 'en');
    const current = await find('field', t('field.currentPassword'));
    const fresh = await find('field', t('field.newPassword'));
    await submit(current);
    await until(() => current.getAttribute('aria-invalid') === 'true', 'the marks');
    expect(fresh.getAttribute('aria-invalid')).toBe('true');
    const summary = await find('alert');
    expect(all('link', undefined, summary)).toHaveLength(2);
    await until(() => document.activeElement === summary, 'the focus on the summary');
    await type(current, 'wrong');
    await type(fresh, 'a quite new secret 割符');
    await submit(current);
    await until(() => main().includes(t('errors.PW_WRONG')), 'the refusal');
    await type(current, console.root.password);
    await submit(current);
    await until(() => main().includes(t('password.changed')), 'the outcome');
    expect(await find('field', t('field.currentPassword'))).toHaveProperty('value', '');
    await signIn(console.server, { ...console.root, password: 'a quite new secret 割符' });
  });

  test('is shown and hidden by a button in words', async () => {
    await console.open('/security/password', 'en');
    const field = await find('field', t('field.currentPassword'));
    expect(field.getAttribute('type')).toBe('password');
    await click(all('button', t('action.showPassword'))[0] as HTMLElement);
    expect(field.getAttribute('type')).toBe('text');
    await click(all('button', t('action.hidePassword'))[0] as HTMLElement);
    expect(field.getAttribute('type')).toBe('password');
  });

  test('its rules are a list that lives while it is typed', async () => {
    await console.open('/security/password', 'en');
    const fresh = await find('field', t('field.newPassword'));
    await type(fresh, 'short');
    expect(main()).toContain(t('passwordRule.unmet'));
    await type(fresh, 'long enough to be one');
    await until(() => main().includes(t('passwordRule.met')), 'the rule that is met');
    await type(fresh, console.root.email);
    expect(main()).toContain(t('passwordRule.unmet'));
  });
});

describe('who sits here', () => {
  test('is asked in a dialog, and giving up says so to what waited', async () => {
    await console.open('/security/users', 'en');
    let answer: boolean | undefined;
    await act(async () => void confirmIdentity().then((proved) => (answer = proved)));
    const box = await find('dialog');
    expect(textOf(box)).toContain(t('stepUp.title'));
    expect(textOf(box)).toContain(console.root.email);
    await click(await find('button', t('action.cancel'), box));
    await closed();
    expect(answer).toBe(false);
  });

  test('proves it with the password; what waited goes on', async () => {
    await console.open('/security/users', 'en');
    let answer: boolean | undefined;
    await act(async () => void confirmIdentity().then((proved) => (answer = proved)));
    const password = await find('field', t('field.password'), await find('dialog'));
    await type(password, 'wrong');
    await submit(password);
    await until(() => dialogText().includes(t('errors.PW_WRONG')), 'the refusal');
    expect(answer).toBeUndefined();
    await type(password, 'a quite new secret 割符');
    await submit(password);
    await closed();
    await until(() => answer === true, 'the answer');
  });

  test('signs in again where it was when the session is over, and nothing that was typed is lost', async () => {
    await console.open('/security/users?dialog=create', 'en');
    await type(await find('field', t('createUser.name'), await find('dialog')), 'kept');
    connectSession({
      confirmIdentity,
      confirmLoss: async () => false,
      sessionReplaced: async () => true,
      sessionEnded: signInAgain,
      mustEnrol: () => {},
      sessionUsed: () => {},
    });
    const as = await signIn(console.server, { ...console.root, password: 'a quite new secret 割符' });
    await call(console.server, 'DELETE', '/v1/auth/sessions', { as });
    await submit(await find('field', t('createUser.name')));
    const over = await until(
      () => all('dialog').find((one) => textOf(one).includes(t('stepUp.overTitle'))),
      'the dialog to sign in',
    );
    const password = await find('field', t('field.password'), over);
    await type(password, 'a quite new secret 割符');
    await submit(password);
    await until(() => router.state.location.pathname === '/security/users/kept', 'the user to be made');
  });
});
