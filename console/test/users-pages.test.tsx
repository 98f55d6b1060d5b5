// @vitest-environment happy-dom
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../../server/test/support/client.ts';
import { otpAt } from '../../server/test/support/people.ts';
import { allow, enrolSam, newSam, signInSam } from '../../server/test/support/sam.ts';
import { translate as t } from '../src/language.ts';
import { router } from '../src/router.tsx';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';

let console: Console;
const main = () => textOf(document.querySelector('main'));
const dialog = () => find('dialog');
const closed = () => until(() => document.querySelector('[role=dialog]') === null, 'the dialog to close');
const userOf = async (name: string) => (await console.api('GET', `/v1/operators/{operator_id}/users/${name}`)).body;

beforeAll(async () => {
  console = await startConsole();
  await console.signIn();
});
afterAll(() => console.stop());

describe('the list of users', () => {
  test('says what users are for where there is none, and has the one button that helps', async () => {
    await console.open('/security/users', 'en');
    expect(main()).toContain(t('users.none'));
    expect(main()).toContain(t('users.noneBody'));
    expect(all('row')).toEqual([]);
    await click(await find('button', t('users.create')));
    await dialog();
    expect(router.state.location.search).toEqual({ dialog: 'create' });
  });

  test('a name is checked where it is typed, and the words stand at the field', async () => {
    await console.open('/security/users?dialog=create', 'en');
    const box = await dialog();
    const name = await find('field', t('createUser.name'), box);
    for (const [typed, words] of [
      ['', t('createUser.nameForm')],
      ['-x', t('createUser.nameForm')],
      ['x'.repeat(65), t('createUser.nameForm')],
      ['constructor', t('createUser.nameReserved')],
      ['Default_Permissions', t('createUser.nameReserved')],
    ] as const) {
      await type(name, typed);
      await submit(name);
      await until(() => textOf(box).includes(words), words);
      expect(name.getAttribute('aria-invalid')).toBe('true');
      expect(name.getAttribute('aria-describedby')).toBeTruthy();
    }
    await type(name, 'fine');
    expect(name.getAttribute('aria-invalid')).not.toBe('true');
  });

  test('a user is made, and its page says what is left to do', async () => {
    await console.open('/security/users?dialog=create', 'en');
    const box = await dialog();
    await type(await find('field', t('createUser.name'), box), ' taro ');
    await type(await find('field', t('users.description'), box), 'front desk');
    await submit(await find('field', t('createUser.name'), box));
    await until(() => router.state.location.pathname === '/security/users/taro', 'its page');
    await until(() => main().includes(t('user.nextBody')), 'the next steps');
    expect(main()).toContain('taro was created');
    expect(all('link', t('user.nextPermissions'))[0]?.getAttribute('href')).toBe('/security/users/taro/permissions');
    expect(await userOf('taro')).toMatchObject({ description: 'front desk' });
  });

  test('a name that is taken is refused in the dialog, and what was typed stays', async () => {
    await console.open('/security/users?dialog=create', 'en');
    const box = await dialog();
    const name = await find('field', t('createUser.name'), box);
    await type(name, 'TARO');
    await submit(name);
    const alert = await find('alert', undefined, box);
    expect(textOf(alert)).toContain('exists already');
    expect(name).toHaveProperty('value', 'TARO');
    // What an answer brings is below the buttons: a second click cannot hit it, or anything that moved.
    const buttons = all('button', t('createUser.submit'), box);
    expect(buttons[0]?.compareDocumentPosition(alert)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });

  test('is searched by name and description, and filtered by MFA, in the address', async () => {
    const { server, root, program } = console;
    await newSam(server, root, program, 'hanako');
    await enrolSam(server, root, program, 'hanako');
    await console.open('/security/users', 'en');
    expect(all('row')).toHaveLength(2);
    await type(await find('field', t('users.search')), 'FRONT');
    await until(() => all('row').length === 1, 'one user');
    expect(textOf(all('row')[0])).toContain('taro');
    expect(router.state.location.search).toEqual({ q: 'FRONT' });
    await type(await find('field', t('users.search')), '');
    await type(await find('field', t('users.filterMfa')), 'on');
    await until(() => textOf(all('row')[0]).includes('hanako'), 'the user with MFA');
    expect(all('row')).toHaveLength(1);
    await type(await find('field', t('users.search')), 'nobody');
    await until(() => main().includes(t('users.noMatch')), 'nobody');
    await click(await find('button', t('users.clear')));
    await until(() => all('row').length === 2, 'everybody');
  });
});

describe('a user', () => {
  test('has its login address, with a way to copy it', async () => {
    await console.open('/security/users/taro', 'en');
    expect(main()).toContain(`/login?as=sam&operator=${console.root.operatorId}`);
  });

  test('gets another description', async () => {
    await console.open('/security/users/taro', 'en');
    await click(await find('button', t('user.edit')));
    const field = await find('field', t('users.description'), await dialog());
    expect(field).toHaveProperty('value', 'front desk');
    await type(field, 'back office');
    await submit(field);
    await closed();
    await until(() => main().includes('back office'), 'the new description');
    expect(main()).toContain(t('user.edited'));
  });

  test('gets a first password, which has the rules of the server', async () => {
    await console.open('/security/users/taro/authentication', 'en');
    await click(await find('button', t('userPassword.set')));
    const box = await dialog();
    const password = await find('field', t('field.password'), box);
    await type(password, 'short');
    await submit(password);
    await until(() => password.getAttribute('aria-invalid') === 'true', 'the refusal');
    expect(textOf(box)).toContain('12');
    await type(password, 'correct horse battery');
    await submit(password);
    await closed();
    expect((await userOf('taro'))['hasPassword']).toBe(true);
    await until(() => main().includes(t('user.hasPassword')), 'the new state');
  });

  test('gets a new password in one step; the old one and its sessions are gone', async () => {
    const old = { operatorId: console.root.operatorId, userName: 'taro', password: 'correct horse battery' };
    await signInSam(console.server, old);
    await console.open('/security/users/taro/authentication', 'en');
    await click(await find('button', t('userPassword.replace')));
    const password = await find('field', t('field.newPassword'), await dialog());
    await type(password, 'another horse entirely');
    await submit(password);
    await closed();
    expect(main()).toContain('The new password of taro was set.');
    await expect(signInSam(console.server, old)).rejects.toThrow();
    await signInSam(console.server, { ...old, password: 'another horse entirely' });
  });

  test('whose new password is refused is left with none, and the dialog says so until it has one', async () => {
    await console.open('/security/users/taro/authentication?dialog=replace-password', 'en');
    const box = await dialog();
    const password = await find('field', t('field.newPassword'), box);
    // Long enough for the page, but one of those that everybody tries: only the server knows.
    await type(password, 'passwordpassword');
    await submit(password);
    await until(() => password.getAttribute('aria-invalid') === 'true', 'the refusal');
    await until(() => textOf(box).includes('taro'), 'what became of the old one');
    expect((await userOf('taro'))['hasPassword']).toBe(false);
    await type(password, 'a third horse, galloping');
    await submit(password);
    await closed();
    expect((await userOf('taro'))['hasPassword']).toBe(true);
  });

  test('loses its MFA by one button, after a dialog that says what stays', async () => {
    await console.open('/security/users/hanako/authentication', 'en');
    await click(await find('button', t('mfa.disable')));
    const box = await dialog();
    expect(textOf(box)).toContain(t('userMfa.disableStays'));
    expect(all('field', undefined, box)).toEqual([]);
    // The focus is on the way out, not on what destroys.
    await until(() => textOf(document.activeElement) === t('action.cancel'), 'the focus');
    await submit(await find('button', t('action.cancel'), box));
    await closed();
    expect((await userOf('hanako'))['mfaStatus']).toBe('INACTIVE');
    await until(() => main().includes('hanako'), 'the outcome');
  });

  test('enrols with the QR code of the page and the code of its app', async () => {
    await console.open('/security/users/hanako/authentication', 'en');
    await click(await find('button', t('mfa.enable')));
    const box = await dialog();
    await until(() => box.querySelector('svg[role=img]'), 'the QR code');
    const secret = textOf(box.querySelector('details code')).replace(/\s/g, '');
    expect(secret).toMatch(/^[A-Z2-7]{16,}$/);
    await click(await find('button', t('action.next'), box));
    const code = await find('field', t('field.code'));
    await type(code, '12345');
    await submit(code);
    await until(() => textOf(document.querySelector('[role=dialog]')).includes(t('field.codeForm')), 'the refusal');
    await type(code, otpAt(secret, console.server.clock.now));
    await submit(code);
    await until(() => textOf(document.querySelector('[role=dialog]')).includes(t('userMfa.noCodes')), 'the last step');
    await click(await find('button', t('userMfa.done')));
    await closed();
    expect((await userOf('hanako'))['mfaStatus']).toBe('ACTIVE');
  });

  test('is logged out everywhere', async () => {
    const password = 'a third horse, galloping';
    const who = { operatorId: console.root.operatorId, userName: 'taro', password };
    const as = await signInSam(console.server, who);
    await console.open('/security/users/taro?dialog=sessions', 'en');
    await submit(await find('button', t('user.endSessionsSubmit'), await dialog()));
    await closed();
    await until(() => main().includes(t('user.endedSessions', { name: 'taro' })), 'the outcome');
    expect((await call(console.server, 'GET', '/v1/auth/sessions', { as })).status).toBe(401);
  });

  test('is deleted by name, and the list has it no more', async () => {
    await console.open('/security/users/taro?dialog=delete', 'en');
    const box = await dialog();
    expect(box.querySelector('[translate=no]')?.textContent).toBe('taro');
    await submit(await find('button', t('user.deleteSubmit'), box));
    await until(() => router.state.location.pathname === '/security/users', 'the list');
    await until(() => all('row').length === 1, 'one user less');
    expect(all('row').map(textOf).join()).not.toContain('taro');
  });

  test('that is not there says so in its place, and the frame stays', async () => {
    await console.open('/security/users/nobody', 'en');
    await find('alert');
    expect(all('button', t('action.retry'), document.querySelector('main') as Element)).toEqual([]);
    expect(document.querySelector('nav')).not.toBeNull();
  });
});

describe('somebody without permissions', () => {
  test('sees every control, off, with what is missing and a way to learn why', async () => {
    const { server, root, program } = console;
    const helper = await newSam(server, root, program, 'helper', allow(['User:getUser', 'User:listUsers']));
    await console.signIn(helper);
    await console.open('/security/users/hanako', 'en');
    await until(() => main().includes('User:deleteUser'), 'what is missing');
    const button = await find('button', t('user.delete'));
    expect(button.getAttribute('aria-disabled')).toBe('true');
    const reason = document.getElementById(button.getAttribute('aria-describedby') ?? '');
    expect(textOf(reason)).toContain('User:deleteUser');
    await click(button);
    expect(document.querySelector('[role=dialog]')).toBeNull();
    await click(await find('link', t('refused.why'), reason as Element));
    await until(() => router.state.location.pathname === '/security/simulate', 'the simulator');
    expect(router.state.location.search).toMatchObject({
      user: 'helper',
      api: 'User:deleteUser',
      path: { user_name: 'hanako' },
    });
    await until(() => main().includes(t('simulate.denied')), 'the answer, about oneself');
  });
});
