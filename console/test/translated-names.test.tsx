// @vitest-environment happy-dom

import { srnOf } from '@warifu/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allow, newSam } from '../../server/test/support/sam.ts';
import { endOfName, startOfName } from '../src/language.ts';
import { type Console, startConsole } from './support/console.tsx';
import { find, translatable } from './support/page.ts';

const user = 'zztaro';
const role = 'ZzDesk';

// A browser that translates a page reads names as words: `taro` becomes a root vegetable, an ID loses its letters.
describe.each(['ja', 'en'] as const)('names on the pages of the console (%s)', (language) => {
  let console: Console;
  let names: string[] = [];
  let keyId = '';

  beforeAll(async () => {
    console = await startConsole();
    const { api, server, root, program: as } = console;
    await newSam(server, root, as, user, allow(['User:getUser', 'User:listUsers'], "pathVariable('user_name') == 'x'"));
    await newSam(server, root, as, 'zzother');
    await api('POST', `/v1/operators/{operator_id}/roles/${role}`, { description: 'x', permission: allow(['Role:*']) });
    await api('POST', `/v1/operators/{operator_id}/users/${user}/roles`, { roleId: role });
    for (const name of [user, 'zzother'])
      await api('PUT', `/v1/operators/{operator_id}/users/${name}`, { description: 'x' });
    const key = await api('POST', `/v1/operators/{operator_id}/users/${user}/auth_keys`);
    keyId = String(key.body['authKeyId']);
    const trust = { effect: 'allow', principal: { soracom: srnOf(root.operatorId, user) } };
    const trusted = await api('PUT', '/v1/operators/{operator_id}/users/zzother/trust_policy', {
      trustPolicy: JSON.stringify({ statements: [trust] }),
    });
    expect([key.status, trusted.status]).toEqual([200, 204]);
    await console.signIn();
    names = [user, role, keyId, root.email, root.operatorId, 'User:', 'Role:', 'zzother'];
  });
  afterAll(() => console.stop());

  const pages = [
    '/',
    '/security/mfa',
    '/security/sessions',
    '/security/users',
    `/security/users/${user}`,
    `/security/users/${user}?dialog=delete`,
    `/security/users/${user}?dialog=sessions`,
    `/security/users/${user}/permissions`,
    `/security/users/${user}/permissions?dialog=delete`,
    `/security/users/${user}/permissions?dialog=attach`,
    `/security/users/${user}/permissions?dialog=detach&role=${role}`,
    `/security/users/${user}/authentication`,
    `/security/users/${user}/authentication?dialog=disable`,
    `/security/users/zzother/trust-policy`,
    '/security/roles',
    `/security/roles/${role}`,
    `/security/roles/${role}?dialog=delete`,
    `/security/roles/${role}/attached`,
    '/security/roles/srn:warifu::Role:Auditor',
    '/security/roles/srn:warifu::Role:Auditor/versions',
    '/security/default-permissions',
    `/security/simulate?user=${user}&api=User:getUser`,
    `/security/who-can?api=User:getUser&user=${user}`,
    '/security/keys',
    '/security/keys?dialog=new-key',
    '/security/emails',
    '/security/emails?dialog=primary',
    '/security/emails?dialog=recovery',
    '/logs/audit',
    '/logs/audit?event=4',
    '/settings',
    '/help',
  ];

  test.each(pages)('%s', async (path) => {
    await console.open(path, language);
    if (/dialog=|event=/.test(path)) await find('dialog');
    expect(translatable(names).join('\n')).toBe('');
    const marks = new RegExp(`[${startOfName}${endOfName}]`);
    expect(document.body.outerHTML).not.toMatch(marks);
    expect(document.title).not.toMatch(marks);
  });
});
