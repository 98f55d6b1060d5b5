// @vitest-environment happy-dom
import { act } from 'react';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSink } from '../../server/test/mail/smtp.ts';
import { call } from '../../server/test/support/client.ts';
import { allow, newSam } from '../../server/test/support/sam.ts';
import { countText, translate as t } from '../src/language.ts';
import { router } from '../src/router.tsx';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';

let console: Console;
const main = () => textOf(document.querySelector('main'));
const dialogText = () => textOf(document.querySelector('[role=dialog]'));
const closed = () => until(() => document.querySelector('[role=dialog]') === null, 'the dialog to close');
const list = async (path: string) => (await console.api('GET', path)).body as unknown as Record<string, unknown>[];

async function write(text: string): Promise<void> {
  const { EditorView } = await import('@codemirror/view');
  const content = await until(() => document.querySelector<HTMLElement>('.cm-content'), 'the editor');
  const view = EditorView.findFromDOM(content);
  if (!view) throw new Error('no editor');
  await act(async () => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }));
}

beforeAll(async () => {
  console = await startConsole();
  const { server, root, program } = console;
  await newSam(server, root, program, 'taro', allow(['User:getUser']));
  await newSam(server, root, program, 'hanako');
  await console.signIn();
});
afterAll(() => console.stop());

describe('roles', () => {
  test('are the own and the built-in ones, which speak the language of the page', async () => {
    await console.open('/security/roles', 'ja');
    const rows = all('row').map(textOf);
    expect(rows).toHaveLength(5);
    expect(rows.find((row) => row.startsWith('Auditor'))).toContain(
      '監査ログと、だれが何を実行できるかを参照できます。',
    );
    expect(rows.join()).not.toMatch(/Look at everything|Manage |Read the audit/);
    await console.open('/security/roles/srn:warifu::Role:ReadOnly', 'ja');
    await until(() => main().includes('すべてを参照できますが、何も変更できません。'), 'what it is for');
    await console.open('/security/roles', 'en');
    expect(all('row').map(textOf).join()).toContain('Look at everything, change nothing.');
  });

  test('a new one has an ID that is checked, a description and a permission', async () => {
    await console.open('/security/new-role', 'en');
    await write(allow(['User:listUsers']));
    const id = await find('field', t('roles.id'));
    await type(id, '-bad');
    await submit(await find('button', t('editor.save')));
    await until(() => id.getAttribute('aria-invalid') === 'true', 'the refusal');
    expect(document.activeElement).toBe(id);
    await type(id, 'Desk');
    await type(await find('field', t('roles.description')), 'front desk');
    await submit(await find('button', t('editor.save')));
    await until(() => router.state.location.pathname === '/security/roles/Desk', 'its page');
    await until(() => main().includes(t('roles.created')), 'the outcome');
    await until(() => main().includes('front desk'), 'its description');
  });

  test('a built-in one is read, and copied as the start of another', async () => {
    await console.open('/security/roles/srn:warifu::Role:Auditor', 'en');
    expect(main()).toContain(t('roles.readOnly'));
    expect(all('button', t('editor.save'))).toEqual([]);
    await click(await find('button', t('roles.copyAsNew')));
    await until(() => router.state.location.pathname === '/security/new-role', 'the page of a new one');
    await until(() => document.querySelector('.cm-content')?.textContent?.includes('AuditLog'), 'its permission');
    await type(await find('field', t('roles.id')), 'Copied');
    await submit(await find('button', t('editor.save')));
    await until(() => router.state.location.pathname === '/security/roles/Copied', 'the copy');
  });

  test('the description changes in a dialog', async () => {
    await console.open('/security/roles/Desk', 'en');
    await click(await find('button', t('roles.descriptionEdit')));
    const field = await find('field', t('roles.description'), await find('dialog'));
    expect(field).toHaveProperty('value', 'front desk');
    await type(field, 'help desk');
    await submit(field);
    await closed();
    await until(() => main().includes('help desk'), 'the new description');
  });

  test('one is given to a user, who then has what it allows', async () => {
    await console.open('/security/users/taro/permissions', 'en');
    await click(await find('button', t('permissions.attach')));
    const field = await find('field', t('permissions.attachField'), await find('dialog'));
    await submit(field);
    await until(() => field.getAttribute('aria-invalid') === 'true', 'that one has to be chosen');
    await type(field, 'Desk');
    await until(() => dialogText().includes('User:listUsers'), 'what it allows');
    await submit(field);
    await closed();
    expect(main()).toContain(t('permissions.attached'));
    expect((await list('/v1/operators/{operator_id}/users/taro/roles')).map((role) => role['roleId'])).toEqual([
      'Desk',
    ]);
  });

  test('one that somebody has is not deleted: the dialog says who that is', async () => {
    await console.open('/security/roles/Desk/attached', 'en');
    await until(() => all('row').length === 1, 'who has it');
    await console.open('/security/roles/Desk?dialog=delete', 'en');
    await until(() => dialogText().includes(t('roles.deleteBlocked')), 'why not');
    const box = await find('dialog');
    expect(all('button', t('roles.deleteSubmit'), box)).toEqual([]);
    await click(await find('link', 'taro', box));
    await until(() => router.state.location.pathname === '/security/users/taro/permissions', 'where it is taken away');
  });

  test('one is taken from a user, and then can be deleted', async () => {
    await console.open('/security/users/taro/permissions', 'en');
    await click(await find('button', t('permissions.detachLabel', { role: 'Desk' })));
    const box = await find('dialog');
    expect([...box.querySelectorAll('[translate=no]')].map(textOf)).toEqual(expect.arrayContaining(['taro', 'Desk']));
    await submit(await find('button', t('permissions.detachSubmit'), box));
    await closed();
    await console.open('/security/roles/Desk?dialog=delete', 'en');
    await submit(await find('button', t('roles.deleteSubmit'), await find('dialog')));
    await until(() => router.state.location.pathname === '/security/roles', 'the list');
    await until(
      () =>
        !all('row')
          .map(textOf)
          .some((row) => row.startsWith('Desk')),
      'one less',
    );
  });

  test('versions are told apart', async () => {
    await console.open('/security/roles/srn:warifu::Role:Auditor/versions', 'en');
    await until(() => main().includes(t('roles.version', { n: 1 })), 'the first version');
    expect(main()).toContain(t('roles.first'));
  });
});

describe('auth keys', () => {
  test('a new one is shown once, with its secret, and leaving asks once more', async () => {
    await console.open('/security/keys', 'en');
    expect(main()).toContain(t('keys.none'));
    await click(await find('button', t('keys.generate')));
    await submit(await find('button', t('keys.generateSubmit'), await find('dialog')));
    await until(() => dialogText().includes(t('keys.newBody')), 'the key');
    const [id, secret] = [...document.querySelectorAll('[role=dialog] dd code')].map(textOf);
    expect([id, secret]).toEqual([expect.stringMatching(/^keyId-/), expect.stringMatching(/^secret-/)]);
    const answer = await call(console.server, 'POST', '/v1/auth', { body: { authKeyId: id, authKey: secret } });
    expect(answer.status).toBe(200);
    expect(await find('button', t('keys.done'))).toHaveProperty('disabled', true);
    await click(await find('button', t('action.close')));
    expect(dialogText()).toContain(t('keys.leaveTitle'));
    await click(await find('button', t('keys.stay')));
    await click(await find('checkbox', t('keys.stored')));
    await click(await find('button', t('keys.done')));
    await closed();
    await until(() => all('row').length === 1, 'the key in the list');
    expect(main()).toContain(t('keys.generated'));
    expect(main()).not.toContain(secret);
  });

  test('one is deleted by its ID', async () => {
    const [key] = await list('/v1/operators/{operator_id}/auth_keys');
    const id = String(key?.['authKeyId']);
    await console.open('/security/keys', 'en');
    await click(await find('button', t('keys.deleteLabel', { id })));
    const box = await find('dialog');
    expect(box.querySelector('[translate=no]')?.textContent).toBe(id);
    await submit(await find('button', t('keys.deleteSubmit'), box));
    await closed();
    await until(() => main().includes(t('keys.none')), 'no key');
  });
});

describe('email addresses', () => {
  test('one is added, and is used only once its link was opened', async () => {
    await console.open('/security/emails', 'en');
    expect(main()).toContain(t('emails.onlyOne'));
    await click(await find('button', t('emails.add')));
    const field = await find('field', t('field.email'), await find('dialog'));
    await type(field, 'not an address');
    await submit(field);
    await until(() => field.getAttribute('aria-invalid') === 'true', 'the refusal');
    await type(field, 'second@example.com');
    await type(await find('field', t('field.password')), console.root.password);
    await submit(field);
    await closed();
    await until(() => all('row').length === 2, 'two addresses');
    const fresh = all('row').find((row) => textOf(row).includes('second@example.com'));
    expect(textOf(fresh)).toContain(t('emails.unverified'));
  });

  test('its uses are set by ticking', async () => {
    await console.open('/security/emails?dialog=recovery', 'en');
    const box = await find('dialog');
    await click(await find('checkbox', console.root.email, box));
    await submit(await find('button', t('emails.usesSubmit'), box));
    await closed();
    expect(main()).toContain(t('emails.saved'));
    const uses = await list('/v1/operators/{operator_id}/system_notifications');
    expect(uses.find(({ type: purpose }) => purpose === 'recovery')?.['emailIdList']).toHaveLength(1);
  });

  test('the primary one is never deleted, others are', async () => {
    await console.open('/security/emails', 'en');
    const first = all('row').find((row) => textOf(row).includes(console.root.email)) as HTMLElement;
    expect(textOf(first)).toContain(t('emails.notPrimary'));
    expect(all('button', undefined, first)).toEqual([]);
    await click(await find('button', t('emails.deleteLabel', { email: 'second@example.com' })));
    const box = await find('dialog');
    expect(box.querySelector('[translate=no]')?.textContent).toBe('second@example.com');
    await submit(await find('button', t('emails.deleteSubmit'), box));
    await closed();
    await until(() => all('row').length === 1, 'one address');
  });

  test('another primary one needs another verified address', async () => {
    await console.open('/security/emails?dialog=primary', 'en');
    const box = await find('dialog');
    expect(textOf(box)).toContain(t('emails.primaryNone'));
    await click(await find('button', t('action.close'), box.querySelector('.stack') as Element));
    await closed();
  });

  test("are the root user's alone; a SAM user finds its own", async () => {
    const { server, root, program } = console;
    await console.signIn(await newSam(server, root, program, 'reader', allow(['*'])));
    await console.open('/security/emails', 'en');
    await until(() => main().includes(t('userEmail.none')), 'its own address');
    expect(main()).not.toContain(root.email);
    await console.signIn();
  });
});

describe('the server', () => {
  test('says how mails fare and what runs, and sends a test mail', async () => {
    const { server, root } = console;
    await console.open('/settings', 'en');
    await until(() => main().includes(t('server.database')), 'what runs');
    expect(main()).toMatch(/SQLite 3\.\d+/);
    expect(main()).toContain(t('overview.mailStates.off'));
    expect(all('button', t('server.test'))).toEqual([]);
    const sink = await startSink({ answers: [250, 550] });
    Object.assign(server.ctx.config, { smtpUrl: sink.url });
    await console.open('/settings', 'ja');
    await submit(await find('button', t('server.test')));
    await until(() => main().includes('メールサーバーが受け付けました'), 'that it was accepted');
    expect(sink.recipients).toEqual([[root.email]]);
    await submit(await find('button', t('server.test')));
    await until(() => main().includes('REJECTED 550'), 'the reason');
    expect(main()).toContain(t('server.reasons.rejected'));
    await sink.close();
    await submit(await find('button', t('server.test')));
    await until(() => main().includes('SERVER ESOCKET'), 'that nobody answers');
    expect(main()).toContain(t('server.reasons.connection'));
    Object.assign(server.ctx.config, { smtpUrl: undefined });
  });

  test('is no business of SAM users', async () => {
    const { operatorId } = console.root;
    await console.signIn({ operatorId, userName: 'reader', password: 'sam reader pass phrase' });
    await console.open('/settings', 'en');
    await until(() => main().includes(t('settings.guardTitle')), 'the settings');
    expect(main()).not.toContain(t('server.hostTitle'));
    await console.signIn();
  });
});

describe('settings', () => {
  test('are saved when something changed, and say whom they touch', async () => {
    await console.open('/settings', 'en');
    await until(() => main().includes(countText('mfaRequired.enrolling', 3)), 'how many have no MFA');
    const box = await find('checkbox', new RegExp(`^${t('settings.mfaRequiredForSamUsers')}`));
    expect(box).toHaveProperty('checked', false);
    const before = console.asked.length;
    await submit(await find('button', t('settings.submit')));
    expect(console.asked.slice(before).filter((call) => call.startsWith('PUT'))).toEqual([]);
    await click(box);
    await submit(await find('button', t('settings.submit')));
    await until(() => main().includes(t('settings.saved')), 'the outcome');
    expect((await console.api('GET', '/v1/operators/{operator_id}/settings')).body).toMatchObject({
      mfaRequiredForSamUsers: true,
    });
  });
});

describe('trust policies', () => {
  test('are made by adding people, said in words, and tried before they are saved', async () => {
    await console.open('/security/users/taro/trust-policy', 'en');
    const name = await find('field', t('trust.userName'));
    await type(name, 'hanako');
    await submit(name);
    await until(() => document.querySelector('.cm-content')?.textContent?.includes('hanako'), 'the text');
    await until(() => main().includes(t('trust.always')), 'the words');
    await type(await find('field', t('trust.userName')), 'hanako');
    await submit(await find('field', t('trust.userName')));
    await until(() => main().includes(t('trust.twice')), 'that hanako is in it already');
    await type(await find('field', t('trust.userName')), 'taro');
    await submit(await find('field', t('trust.userName')));
    await until(() => main().includes(t('trust.itself')), 'that nobody switches to itself');
    await submit(await find('button', t('editor.save')));
    await until(() => main().includes(t('trust.saved')), 'the outcome');
    const saved = await console.api('GET', '/v1/operators/{operator_id}/users/taro/trust_policy');
    expect(String(saved.body['trustPolicy'])).toContain('hanako');
  });

  test('are deleted after a look at what that means', async () => {
    await console.open('/security/users/taro/trust-policy?dialog=delete', 'en');
    const box = await find('dialog');
    await submit(all('button', undefined, box).at(-1) as HTMLElement);
    await closed();
    expect((await console.api('GET', '/v1/operators/{operator_id}/users/taro/trust_policy')).body).toEqual({
      trustPolicy: '',
    });
  });
});
