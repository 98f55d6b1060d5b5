// @vitest-environment happy-dom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { giveAddress, newOffice } from '../../server/test/support/assisted.ts';
import { call } from '../../server/test/support/client.ts';
import { enrol, mailedToken, mailsOf, otpAt } from '../../server/test/support/people.ts';
import { newSam } from '../../server/test/support/sam.ts';
import { chooseLanguage, startLanguage, translate as t } from '../src/language.ts';
import { common as commonEn } from '../src/locales/en/common.ts';
import { signIn as signInEn } from '../src/locales/en/sign-in.ts';
import { common as commonJa } from '../src/locales/ja/common.ts';
import { signIn as signInJa } from '../src/locales/ja/sign-in.ts';
import { Look } from '../src/look/provider.tsx';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';

let console: Console;
let left: string[] = [];
let unmount = () => {};
const main = () => textOf(document.querySelector('main'));

/** Opens a page before sign-in, as the browser would at that address. */
async function open(path: string, language: 'ja' | 'en' = 'en'): Promise<void> {
  unmount();
  history.pushState({}, '', path);
  startLanguage({ ...commonJa, ...signInJa }, { ...commonEn, ...signInEn });
  chooseLanguage(language);
  const [{ Pages }, { watchForLinkToken }] = await Promise.all([
    import('../src/sign-in/pages.tsx'),
    import('../src/sign-in/link-token.ts'),
  ]);
  watchForLinkToken();
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  const root = createRoot(place);
  await act(async () =>
    root.render(
      <Look>
        <Pages />
      </Look>,
    ),
  );
  unmount = () => act(() => root.unmount());
  await until(() => document.querySelector('main h1'), path);
}

beforeAll(async () => {
  console = await startConsole();
  // Where the console would be opened next: that is the browser's to do.
  const { location } = globalThis;
  Object.defineProperty(location, 'replace', { value: (path: string) => left.push(path), configurable: true });
});
afterAll(async () => {
  unmount();
  await console.stop();
});
beforeEach(() => {
  left = [];
});

describe('logging in as the root user', () => {
  test('one form, with fields that password managers know; the first empty one has the focus', async () => {
    await open('/login');
    expect(document.querySelectorAll('form')).toHaveLength(1);
    const email = await find('field', t('field.email'));
    const password = await find('field', t('field.password'));
    expect(email.getAttribute('autocomplete')).toMatch(/^username/);
    expect(password.getAttribute('autocomplete')).toBe('current-password');
    await until(() => document.activeElement === email, 'the focus');
    expect(document.title).toBe('Log in - Warifu');
  });

  test('nothing typed: each field says what is missing, and the summary leads to them', async () => {
    await open('/login');
    await submit(await find('field', t('field.email')));
    const alert = await find('alert');
    expect(all('link', undefined, alert)).toHaveLength(2);
    for (const label of ['field.email', 'field.password'] as const) {
      const field = await find('field', t(label));
      expect([label, field.getAttribute('aria-invalid')]).toEqual([label, 'true']);
      const described = (field.getAttribute('aria-describedby') ?? '')
        .split(' ')
        .map((id) => document.getElementById(id));
      expect(described.some(Boolean)).toBe(true);
    }
  });

  test('a wrong password: one answer, below the button; what was typed stays', async () => {
    await open('/login');
    await type(await find('field', t('field.email')), console.root.email);
    await type(await find('field', t('field.password')), 'wrong');
    const button = await find('button', t('login.submit'));
    await submit(button);
    const alert = await find('alert');
    expect(textOf(alert)).toBe(t('errors.LOGIN_FAILED'));
    expect(await find('field', t('field.password'))).toHaveProperty('value', 'wrong');
    // Nothing moves under the finger that pressed it: what comes stands after the button.
    expect(button.compareDocumentPosition(alert)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(left).toEqual([]);
  });

  test('the right one opens the console where one wanted to be, and nowhere else', async () => {
    for (const [next, path] of [
      ['/security/users', '/security/users'],
      ['//evil.example/x', '/'],
      ['https://evil.example', '/'],
      ['/\\evil.example', '/'],
    ] as const) {
      left = [];
      await open(`/login?next=${encodeURIComponent(next)}`);
      await until(() => all('field').length > 1, 'the form');
      await type(await find('field', t('field.email')), console.root.email);
      await type(await find('field', t('field.password')), console.root.password);
      await submit(await find('field', t('field.password')));
      await until(() => left.length > 0, `the console at ${path}`);
      expect([next, left.at(-1)]).toEqual([next, path]);
      await globalThis.fetch('/v1/auth/logout', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': await csrf() },
      });
    }
  });

  test('the other language is one press away, and keeps what was typed', async () => {
    await open('/login', 'ja');
    await type(await find('field', t('field.email')), 'kept@example.com');
    await click(await find('button', 'English'));
    await until(() => document.documentElement.lang === 'en', 'English');
    expect(await find('field', t('field.email'))).toHaveProperty('value', 'kept@example.com');
    expect(document.title).toBe('Log in - Warifu');
  });
});

async function csrf(): Promise<string> {
  const answer = await globalThis.fetch('/v1/console/session');
  return answer.ok ? String(((await answer.json()) as { csrfToken: string }).csrfToken) : '';
}

describe('logging in as a SAM user', () => {
  test('has three fields; the operator comes from the address', async () => {
    const { server, root, program } = console;
    const sam = await newSam(server, root, program, 'taro');
    await open(`/login?as=sam&operator=${root.operatorId}`);
    expect(await find('field', t('field.operatorId'))).toHaveProperty('value', root.operatorId);
    await type(await find('field', t('field.userName')), 'taro');
    await type(await find('field', t('field.password')), 'wrong');
    await submit(await find('field', t('field.password')));
    expect(textOf(await find('alert'))).toBe(t('errors.SAM_LOGIN_FAILED'));
    await type(await find('field', t('field.password')), sam.password);
    await submit(await find('field', t('field.password')));
    await until(() => left.length > 0, 'the console');
  });

  test('is asked for an operator ID that is one', async () => {
    await open('/login?as=sam');
    await type(await find('field', t('field.operatorId')), 'me@example.com');
    await submit(await find('field', t('field.operatorId')));
    await until(() => main().includes(t('login.operatorForm')), 'the words');
  });

  test('is told whom to ask when the password or the device is lost; no mail form opens', async () => {
    await open('/login?as=sam');
    expect(main()).toContain(t('login.samForgot'));
    await open('/mfa/reset?as=sam');
    expect(main()).toContain(t('reset.samWho'));
    expect(main()).toContain(t('reset.samPath'));
    expect(document.querySelectorAll('form')).toHaveLength(0);
  });
});

describe('with MFA', () => {
  let seed = '';
  let codes: string[] = [];
  beforeAll(async () => {
    const enrolled = await enrol(console.server, console.root);
    seed = enrolled.seed;
    codes = enrolled.backupCodes;
  });
  const now = () => console.server.clock.now;

  test('the code is asked for after the password, and the address is there again on Back', async () => {
    await open('/login');
    await type(await find('field', t('field.email')), console.root.email);
    await type(await find('field', t('field.password')), console.root.password);
    await submit(await find('field', t('field.password')));
    await until(() => main().includes(t('mfaCode.title')), 'the code screen');
    expect(location.pathname).toBe('/login/mfa');
    const code = await find('field', t('field.code'));
    await until(() => document.activeElement === code, 'the focus in the field');
    await act(async () => {
      history.back();
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await until(() => all('field', t('field.email')).length === 1, 'the form again');
    expect(await find('field', t('field.email'))).toHaveProperty('value', console.root.email);
    expect(await find('field', t('field.password'))).toHaveProperty('value', '');
  });

  test('a wrong code stays on the screen, with an empty field', async () => {
    await open('/login');
    await type(await find('field', t('field.email')), console.root.email);
    await type(await find('field', t('field.password')), console.root.password);
    await submit(await find('field', t('field.password')));
    await until(() => main().includes(t('mfaCode.title')), 'the code screen');
    const code = await find('field', t('field.code'));
    for (const part of ['0', '00', '000', '0000', '00000', '000000']) await type(code, part);
    await submit(code);
    await until(() => main().includes(t('errors.OTP_INVALID')), 'the refusal');
    expect(code).toHaveProperty('value', '');
    await type(code, otpAt(seed, now()));
    await until(() => left.length > 0, 'the console: a pasted code needs no press');
  });

  test('who cannot log in is led to the reset, with the address filled in', async () => {
    await open('/login/mfa');
    history.replaceState({ email: console.root.email }, '', '/login/mfa');
    await click(await find('link', t('mfaCode.cannot')));
    await until(() => location.pathname === '/mfa/reset', 'the reset');
    await until(() => main().includes(t('reset.title')), 'its title');
  });

  test('a reset is asked for; the answer is the same whatever was typed', async () => {
    const screens = [];
    for (const email of ['nobody@example.com', console.root.email]) {
      await open('/mfa/reset');
      await type(await find('field', t('field.email')), email);
      await type(await find('field', t('field.password')), console.root.password);
      await submit(await find('field', t('field.password')));
      await until(() => main().includes(t('sent.title')), 'the answer');
      screens.push(main().replace(/[\w•]+@example.com/g, ''));
    }
    expect(screens[0]).toBe(screens[1]);
    expect((await mailsOf(console.server, console.root.operatorId)).length).toBeGreaterThan(0);
  });

  test('the mailed link asks for three proofs; a list that is pasted asks which of its lines is meant', async () => {
    const token = await mailedToken(console.server, console.root.operatorId, 'mfa_reset_link');
    await open(`/mfa/reset/verify#${token}`);
    // The token leaves the address at once.
    expect(location.href).not.toContain(token);
    expect(main()).toContain(t('resetVerify.effect'));
    await type(await find('field', t('field.email')), console.root.email);
    await type(await find('field', t('field.password')), console.root.password);
    const code = await find('field', t('field.backupCode'));
    await type(code, 'ABC');
    await submit(code);
    await until(() => code.getAttribute('aria-invalid') === 'true', 'the refusal');
    expect(main()).toContain(t('field.backupCodeForm'));
    await type(code, 'zzzz-9999');
    await submit(code);
    await until(() => main().includes(t('field.backupCodeMistyped')), 'that it is a slip');
    await type(code, 'zzzz-999r');
    await submit(code);
    await until(() => main().includes(t('errors.RESET_FAILED')), 'one answer for all that may be wrong');
    await type(code, (codes[0] ?? '').toLowerCase());
    await submit(code);
    await until(() => main().includes(t('resetDone.title')), 'the end');
    expect(main()).toContain(t('resetDone.advice'));
  });

  test('without a token the page says what to do, and takes the link as it was copied', async () => {
    await open('/mfa/reset/verify');
    expect(main()).toContain(t('resetVerify.noToken'));
    const paste = await find('field', t('resetVerify.paste'));
    await type(paste, 'nothing like it');
    await submit(paste);
    await until(() => main().includes(t('resetVerify.pasteForm')), 'the words');
    await type(paste, `https://id.example.com/mfa/reset/verify#${'A'.repeat(43)}`);
    await submit(paste);
    await until(() => all('field', t('field.backupCode')).length === 1, 'the form');
  });
});

describe('a reset that somebody started for a SAM user', () => {
  test('is finished by the mailed link with the own password, or stopped by that of the notice', async () => {
    const { server } = console;
    const office = await newOffice(server);
    const { root, hana, as } = office;
    await giveAddress(server, office, as, 'hana@example.net');
    const start = () => call(server, 'POST', office.path, { as, body: { reason: 'phone lost' } });
    await start();
    const notice = (await mailsOf(server, root.operatorId)).find(({ cancelLink }) => cancelLink !== undefined);
    await open(`/mfa/assisted/cancel${new URL(notice?.cancelLink ?? '').hash}`);
    await click(await find('button', t('cancel.submit')));
    await until(() => main().includes(t('assist.stoppedBody')), 'the end');
    // No mail resets the password of a SAM user.
    expect(document.querySelector('a[href="/password/forgot"]')).toBeNull();
    server.clock.now += 1000;
    await start();
    await open(`/mfa/assisted#${await mailedToken(server, root.operatorId, 'sam_mfa_reset_link')}`);
    expect([location.hash, all('field', t('assist.code')).length]).toEqual(['', 0]);
    await type(await find('field', t('field.operatorId')), root.operatorId.toLowerCase());
    await type(await find('field', t('field.userName')), 'hana');
    await type(await find('field', t('field.password')), hana.password);
    await submit(await find('field', t('field.password')));
    await until(() => main().includes(t('resetDone.title')), 'the end');
  });
});

describe('a new password by mail', () => {
  test('is asked for, set with the rules in view, and the link is good once', async () => {
    await open('/password/forgot');
    await type(await find('field', t('field.email')), console.root.email);
    await submit(await find('field', t('field.email')));
    await until(() => main().includes(t('sent.title')), 'the answer');
    const token = await mailedToken(console.server, console.root.operatorId, 'password_reset_link');
    await open(`/password/reset#${token}`);
    expect(main()).toContain(t('passwordReset.warning'));
    const field = await find('field', t('field.newPassword'));
    expect(field.getAttribute('autocomplete')).toBe('new-password');
    await type(field, 'quite another one 割符');
    await submit(field);
    await until(() => main().includes(t('passwordReset.doneTitle')), 'the end');
    await open(`/password/reset#${token}`);
    await type(await find('field', t('field.newPassword')), 'and one more 割符 again');
    await submit(await find('field', t('field.newPassword')));
    await until(() => main().includes(t('errors.LINK_INVALID')), 'that the link is used');
  });
});

describe('the pages around', () => {
  test.each([
    ['/help/login', 'help.title'],
    ['/signup', 'signUp.closed'],
    ['/setup', 'setup.title'],
    ['/mfa/reset/cancel', 'cancel.title'],
    ['/mfa/reset/code', 'assist.title'],
    ['/mfa/assisted', 'assist.title'],
    ['/email/verify', 'emailVerify.title'],
    ['/no/such/page', 'missing.title'],
  ] as const)('%s has one heading, a title and no text left out, in both languages', async (path, title) => {
    for (const language of ['ja', 'en'] as const) {
      await open(path, language);
      await until(() => main().includes(t(title)) || main().includes(t('setup.done')), t(title));
      expect(document.querySelectorAll('h1')).toHaveLength(1);
      expect(document.querySelectorAll('main')).toHaveLength(1);
      expect(document.title).toMatch(/ - Warifu$/);
      expect(main()).not.toMatch(/\{\w+\}|undefined/);
      const levels = all('heading').map(({ tagName }) => Number(tagName.slice(1)));
      for (const [place, level] of levels.entries()) expect(level - (levels[place - 1] ?? 0)).toBeLessThan(2);
    }
  });

  test('help names the command as it is typed where the server runs', async () => {
    await open('/help/login', 'ja');
    const { command } = console.server.ctx.config;
    await until(() => textOf(document.querySelector('#host pre')).startsWith(`${command} break-glass mfa`), 'it');
  });
});
