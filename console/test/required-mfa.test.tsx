// @vitest-environment happy-dom
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allow, enrolSam, newSam } from '../../server/test/support/sam.ts';
import { translate as t } from '../src/language.ts';
import { router } from '../src/router.tsx';
import { exactTime } from '../src/time.ts';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, translatable, type, until } from './support/page.ts';

let console: Console;
const main = () => textOf(document.querySelector('main'));

beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console.stop());

describe('MFA that is required from a date on', () => {
  test('is announced on every page, with the date and the rule', async () => {
    const path = '/v1/operators/{operator_id}/settings';
    const { body } = await console.api('GET', path);
    const from = Date.now() + 86_400_000;
    const wanted = { ...body, mfaRequiredForRoot: true, mfaRequiredForRootFrom: from };
    expect((await console.api('PUT', path, wanted)).status).toBe(204);
    await console.signIn();
    await console.open('/settings', 'en');
    const why = t('banner.rules.root');
    const words = t('banner.mfaRequiredFrom', { at: exactTime(from), why }).replaceAll('\u00a0', ' ');
    await until(() => main().includes(words), 'the announcement');
    expect((await console.api('PUT', path, { ...body, mfaRequiredForRoot: false })).status).toBe(204);
  });

  test('is set beside the switch', async () => {
    const path = '/v1/operators/{operator_id}/settings';
    await console.open('/settings', 'en');
    await click(await find('checkbox', new RegExp(`^${t('settings.mfaRequiredForSamUsers')}`)));
    const field = await find('field', new RegExp(`^${t('settings.mfaRequiredForSamUsersFrom')}`));
    // Half a date is none: nobody is locked out at once by it.
    await type(field, '');
    await submit(await find('button', t('settings.submit')));
    await until(() => main().includes(t('mfaRequired.fieldEmpty')), 'the words at the field');
    expect((await console.api('GET', path)).body).toMatchObject({ mfaRequiredForSamUsers: false });
    await type(field, '2099-01-31T09:30');
    await submit(await find('button', t('settings.submit')));
    await until(() => main().includes(t('settings.saved')), 'the outcome');
    expect((await console.api('GET', path)).body).toMatchObject({
      mfaRequiredForSamUsers: true,
      mfaRequiredForSamUsersFrom: new Date('2099-01-31T09:30').getTime(),
    });
  });
});

describe('MFA that is required of a user or a role', () => {
  const rules = async () =>
    JSON.parse((await console.api('GET', '/v1/operators/{operator_id}/mfa_requirements')).text) as unknown;
  const at = (local: string) => new Date(local).getTime();
  const card = () => until(() => document.querySelector<HTMLElement>('#mfa-required'), 'the card');
  const shown = async (words: string) => await until(() => main().includes(words), words);
  const requireFrom = async (local: string, button: string) => {
    const box = await card();
    await type(await find('field', new RegExp(`^${t('mfaRequired.field')}`), box), local);
    await submit(await find('button', button, box));
  };

  beforeAll(async () => {
    const { server, root, program } = console;
    const settings = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: false, escalationGuard: true };
    expect((await console.api('PUT', '/v1/operators/{operator_id}/settings', settings)).status).toBe(204);
    for (const name of ['taro', 'hanako']) await newSam(server, root, program, name, allow(['*']));
    await enrolSam(server, root, program, 'hanako');
    await console.api('POST', '/v1/operators/{operator_id}/users/newcomer', {});
    await console.api('POST', '/v1/operators/{operator_id}/roles/Desk', { permission: '{"statements":[]}' });
    for (const name of ['taro', 'newcomer']) {
      await console.api('POST', `/v1/operators/{operator_id}/users/${name}/roles`, { roleId: 'Desk' });
    }
    await console.signIn();
  });

  test('is set, moved and ended on the page of the user', async () => {
    await console.open('/security/users/taro/authentication', 'en');
    const box = await card();
    await until(() => textOf(box).includes(t('rehearsal.standings.enrols')), 'whom it would touch');
    expect(textOf(box)).toContain(t('mfaRequired.off'));
    await requireFrom('', t('mfaRequired.set'));
    await until(() => textOf(box).includes(t('mfaRequired.fieldEmpty')), 'the words at the field');
    expect(await rules()).toEqual([]);
    await requireFrom('2099-01-31T09:30', t('mfaRequired.set'));
    await shown(t('mfaRequired.saved'));
    expect(await rules()).toEqual([{ rule: 'user', name: 'taro', from: at('2099-01-31T09:30') }]);
    await until(() => textOf(box).includes(t('mfaRequired.planned')), 'the new state');
    await requireFrom('2098-01-31T09:30', t('mfaRequired.move'));
    await until(() => textOf(box).includes('Jan 31, 2098'), 'the new date');
    expect(await rules()).toEqual([{ rule: 'user', name: 'taro', from: at('2098-01-31T09:30') }]);
    await click(await find('button', t('mfaRequired.end'), box));
    await submit(await find('button', t('mfaRequired.end'), await find('dialog')));
    await shown(t('mfaRequired.ended'));
    expect(await rules()).toEqual([]);
  });

  test('is set on the page of a role, and its users are told there; a built-in role has no rule', async () => {
    await console.open('/security/roles/Desk/attached', 'en');
    await until(() => main().includes('1 user would be locked out.'), 'whom it would touch');
    await requireFrom('2099-01-31T09:30', t('mfaRequired.set'));
    await shown(t('mfaRequired.saved'));
    expect(await rules()).toEqual([{ rule: 'role', name: 'Desk', from: at('2099-01-31T09:30') }]);
    await console.open('/security/users/taro/authentication', 'en');
    await until(
      () => main().includes(`Role Desk: ${exactTime(at('2099-01-31T09:30'))}`.replaceAll('\u00a0', ' ')),
      'it',
    );
    expect(translatable(['Desk'], await card())).toEqual([]);
    await console.open('/security/roles/srn:warifu::Role:ReadOnly/attached', 'en');
    await shown(t('roles.noUsers'));
    expect(document.querySelector('#mfa-required')).toBeNull();
  });

  test('is rehearsed: who is locked out stands first, with what to do, and who can help', async () => {
    await console.open('/security/mfa-rehearsal?rule=sam_users', 'en');
    await until(() => all('row').length === 3, 'the users');
    const words = all('row').map(textOf);
    expect(words[0]).toContain('newcomer');
    expect(words[0]).toContain(t('rehearsal.standings.locked out'));
    expect(words[0]).toContain('Role Desk');
    expect(all('link', t('rehearsal.givePassword'))[0]?.getAttribute('href')).toBe(
      '/security/users/newcomer/authentication',
    );
    expect(words[1]).toContain(t('rehearsal.standings.enrols'));
    expect(words[2]).toContain('hanako');
    expect(words[2]).toContain(t('waysBack.levels.help'));
    expect(main()).toContain(t('rehearsal.helpersLead'));
    expect(translatable(['newcomer', 'taro', 'hanako', 'Desk'])).toEqual([]);

    await type(await find('field', t('rehearsal.rule')), 'role');
    await submit(await find('button', t('rehearsal.submit')));
    await until(() => main().includes(t('rehearsal.role')), 'the field of the role');
    expect(router.state.location.search).toEqual({ rule: 'sam_users' });
    await type(await find('field', t('rehearsal.role')), 'Desk');
    await submit(await find('button', t('rehearsal.submit')));
    await until(() => all('row').length === 2, 'the users of the role');
    expect(router.state.location.search).toEqual({ rule: 'role', name: 'Desk' });
  });

  test('says it to a user that binds itself, who is not offered to end it', async () => {
    const { root } = console;
    await console.signIn({ operatorId: root.operatorId, userName: 'taro', password: 'sam taro pass phrase' });
    await console.open('/security/users/taro/authentication', 'en');
    await requireFrom('2097-01-31T09:30', t('mfaRequired.set'));
    const when = exactTime(at('2097-01-31T09:30')).replaceAll('\u00a0', ' ');
    await shown(`You have no MFA yourself: from ${when} on`);
    await shown(t('mfaRequired.own'));
    expect(all('button', t('mfaRequired.end'))).toEqual([]);
    await requireFrom('2098-01-31T09:30', t('mfaRequired.move'));
    await until(() => textOf(document.querySelector('#mfa-required [role=alert]')).includes('yourself'), 'the refusal');
  });
});
