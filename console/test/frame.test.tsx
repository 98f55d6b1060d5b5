// @vitest-environment happy-dom
import { act } from 'react';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { allow, newSam } from '../../server/test/support/sam.ts';
import { translate as t } from '../src/language.ts';
import { showOutcome } from '../src/outcome.tsx';
import { router } from '../src/router.tsx';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, nameOf, submit, textOf, until } from './support/page.ts';

let console: Console;
beforeAll(async () => {
  console = await startConsole();
  const { server, root, program, api } = console;
  await newSam(server, root, program, 'taro', allow(['User:getUser']));
  await api('POST', '/v1/operators/{operator_id}/roles/Desk', { description: '', permission: allow(['Role:*']) });
  await console.signIn();
});
afterAll(() => console.stop());

const pages = [
  ['/', 'overview.title'],
  ['/security/mfa', 'mfa.title'],
  ['/security/password', 'password.title'],
  ['/security/sessions', 'sessions.title'],
  ['/security/users', 'nav.users'],
  ['/security/users/taro', 'user.overview'],
  ['/security/users/taro/permissions', 'user.permissions'],
  ['/security/users/taro/authentication', 'user.authentication'],
  ['/security/users/taro/trust-policy', 'user.trust'],
  ['/security/roles', 'nav.roles'],
  ['/security/roles/Desk', 'roles.permission'],
  ['/security/roles/Desk/attached', 'roles.attached'],
  ['/security/roles/srn:warifu::Role:Auditor/versions', 'roles.versions'],
  ['/security/new-role', 'roles.newTitle'],
  ['/security/default-permissions', 'nav.defaults'],
  ['/security/simulate', 'nav.simulate'],
  ['/security/who-can', 'whoCan.title'],
  ['/security/keys', 'nav.keys'],
  ['/security/emails', 'nav.emails'],
  ['/logs/audit', 'nav.audit'],
  ['/settings', 'nav.settings'],
  ['/help', 'help.title'],
  ['/security/no-such-page', 'missing.title'],
] as const;

describe.each(['ja', 'en'] as const)('every page (%s)', (language) => {
  test.each(pages)('%s', async (path, title) => {
    await console.open(path, language);
    // The title of the tab tells which of several tabs it is.
    await until(() => document.title.includes(t(title)), `the title ${t(title)}, not ${document.title}`);
    expect(document.title.endsWith('Warifu')).toBe(true);
    // One of each landmark, and each has what belongs to it.
    for (const landmark of ['header', 'main']) {
      expect([landmark, document.querySelectorAll(landmark).length]).toEqual([landmark, 1]);
    }
    const navs = [...document.querySelectorAll('nav')].map((nav) => nav.getAttribute('aria-label') ?? '');
    expect(navs[0]).toBe(t('account.nav'));
    expect(new Set(navs.filter(Boolean)).size).toBe(navs.length);
    expect(textOf(document.querySelector('a'))).toBe(t('frame.skip'));
    // Headings: one of the first level, and none leaves a level out.
    const levels = all('heading').map(({ tagName }) => Number(tagName.slice(1)));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels[0]).toBe(1);
    for (const [place, level] of levels.entries()) expect(level - (levels[place - 1] ?? 0)).toBeLessThan(2);
    // Whatever can be pressed or filled in has a name.
    for (const role of ['button', 'link', 'field'] as const) {
      expect(
        all(role)
          .filter((element) => nameOf(element) === '')
          .map(({ outerHTML }) => outerHTML),
      ).toEqual([]);
    }
    // No text is missing, and none has a value left out.
    expect(document.body.textContent).not.toMatch(/\{\w+\}|undefined|\[object/);
    expect(document.body.textContent).not.toMatch(
      /\b(?:user|users|roles|audit|keys|emails|mfa|action)\.[a-z]+[A-Z]\w*/,
    );
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([]);
  });
});

describe('help', () => {
  test('is inside the frame for who is signed in: nothing that was begun is left', async () => {
    await console.open('/security/users', 'ja');
    await click(await find('link', t('frame.help')));
    await until(() => router.state.location.pathname === '/help', 'the page of help');
    expect(textOf(document.querySelector('header'))).toContain(console.root.operatorId);
    expect(document.querySelector('nav')).not.toBeNull();
    await until(() => all('heading', t('help.title')).length === 1, 'its title');
  });

  test('is led to from the first page, too, and never out of the frame', async () => {
    for (const path of ['/', '/security/mfa', '/help']) {
      await console.open(path, 'ja');
      const outside = all('link').filter((link) => link.getAttribute('href') === '/help/login');
      expect([path, outside]).toEqual([path, []]);
    }
    await console.open('/', 'ja');
    await click(await find('link', t('overview.wayBackLink')));
    await until(() => router.state.location.pathname === '/help', 'the page of help');
  });

  test('names the command as it is typed where the server runs', async () => {
    await console.open('/help', 'en');
    const { command } = console.server.ctx.config;
    await until(() => textOf(document.querySelector('#host pre')).startsWith(`${command} break-glass mfa`), 'it');
  });
});

describe('an outcome', () => {
  test('is said where screen readers listen, and goes when the next form is sent', async () => {
    await console.open('/security/password', 'en');
    await act(async () => showOutcome('user.deleted', undefined, { name: 'taro' }));
    const region = document.querySelector('main [role=status]');
    expect(textOf(region)).toContain('taro');
    expect(region?.querySelector('[translate=no]')?.textContent).toBe('taro');
    await submit(await find('button', t('password.submit')));
    await until(() => textOf(region) === '', 'the old outcome to be gone');
  });

  test('does not follow to the next page', async () => {
    await console.open('/security/password', 'en');
    await act(async () => showOutcome('settings.saved'));
    await act(() => router.navigate({ to: '/settings' }));
    await until(() => all('heading', t('settings.title')).length === 1, 'the other page');
    expect(textOf(document.querySelector('main'))).not.toContain(t('settings.saved'));
  });

  test('comes into view, however far down the page it was brought about', async () => {
    await console.open('/security/password', 'en');
    const seen: Element[] = [];
    const watch = vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function (this: Element) {
      seen.push(this);
    });
    await act(async () => showOutcome('settings.saved'));
    watch.mockRestore();
    expect(seen.map((element) => element.getAttribute('role'))).toEqual(['status']);
  });
});

describe('the account menu', () => {
  test('names the account, leads to its pages, and ends the session', async () => {
    await console.open('/', 'en');
    await click(await find('button', new RegExp(console.root.email)));
    const items = await until(() => {
      const found = [...document.querySelectorAll<HTMLElement>('[role=menuitem]')];
      return found.length > 2 && found;
    }, 'the menu');
    expect(items.map(textOf)).toEqual(expect.arrayContaining([t('account.security'), t('account.logOut')]));
    await click(items.find((item) => textOf(item) === t('account.security')) as HTMLElement);
    await until(() => router.state.location.pathname === '/security/mfa', 'the page');
  });

  test('the other language is one press away, and is kept with the account', async () => {
    await console.open('/', 'en');
    console.asked.length = 0;
    await click(await find('button', '日本語'));
    await until(() => textOf(document.querySelector('h1')) === 'ホーム', 'Japanese');
    expect(document.documentElement.lang).toBe('ja');
    expect(console.asked).toContain('PUT /v1/console/language');
    await click(await find('button', 'English'));
    await until(() => document.documentElement.lang === 'en', 'English');
  });
});
