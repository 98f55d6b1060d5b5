// @vitest-environment happy-dom
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSecurityKey } from '../../server/test/support/security-key.ts';
import { countText, translate as t } from '../src/language.ts';
import { type Console, startConsole } from './support/console.tsx';
import { type Device, plugIn, unplug } from './support/device.ts';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';

let console: Console;
let device: Device;
const main = () => textOf(document.querySelector('main'));
const dialogText = () => textOf(document.querySelector('[role=dialog]'));
const closed = () => until(() => document.querySelector('[role=dialog]') === null, 'the dialog to close');
const rows = () => all('row').map(textOf);

beforeAll(async () => {
  console = await startConsole();
  await console.signIn();
  device = plugIn();
});
afterAll(async () => {
  unplug();
  await console.stop();
});

const open = () => console.open('/security/passkeys', 'en');
const add = async () => submit(await find('button', t('passkeys.add')));
const nameIt = async (name: string) => {
  const box = await find('dialog');
  const field = await find('field', t('passkeys.name'), box);
  expect(field.getAttribute('translate')).toBe('no');
  await type(field, name);
  await submit(field);
  await closed();
  await until(() => rows().some((row) => row.startsWith(name)), 'the name in the list');
};
const remove = async (name: string) => {
  await click(await find('button', t('passkeys.removeLabel', { name })));
  await find('dialog');
  await click(await find('button', t('passkeys.removeSubmit')));
};

describe('the page of passkeys', () => {
  test('says that there is none; whom a password manager led here stands at the button', async () => {
    await console.open('/security/passkeys?add=1', 'en');
    await until(() => main().includes(t('passkeys.none')), 'the words');
    const button = await find('button', t('passkeys.add'));
    await until(() => document.activeElement === button, 'the focus at the button');
    expect(main()).not.toContain(t('passkeys.changeApp'));
  });

  test('what the person cancels is told as that, and leaves nothing', async () => {
    device.cancels = true;
    await add();
    expect(textOf(await find('alert'))).toContain(t('errors.PASSKEY_CANCEL'));
    device.cancels = false;
    expect((await console.api('GET', '/v1/auth/factors')).text).toBe('[]');
  });

  test('the first one brings the backup codes, in words of a passkey, then asks for its name', async () => {
    await add();
    await until(() => dialogText().includes(t('codes.bodyPasskeys')), 'the codes');
    expect(document.querySelectorAll('ul[translate=no] li')).toHaveLength(5);
    await click(await find('checkbox', t('codes.stored')));
    await submit(await find('button', t('codes.done')));
    await until(() => dialogText().includes(t('passkeys.renameTitle')), 'the question for the name');
    await nameIt('Laptop');
    expect(rows()[0]).toContain(t('passkeys.oneDevice'));
    expect(rows()[0]).toContain(t('passkeys.neverUsed'));
    const head = document.querySelector('tbody th');
    expect(head?.querySelector('[translate=no]')?.textContent).toBe('Laptop');
    await until(() => main().includes(t('passkeys.addApp')), 'the way to add an app');
  });

  test('a device that has one already says so', async () => {
    await add();
    expect(textOf(await find('alert'))).toContain(t('errors.PASSKEY_KNOWN'));
    expect(all('row')).toHaveLength(1);
  });

  test('the only factor stays, and the device is told nothing', async () => {
    await open();
    await remove('Laptop');
    await until(() => /the only factor/.test(dialogText()), 'the refusal');
    await click(await find('button', t('action.cancel')));
    await closed();
    expect(device.forgotten).toEqual([]);
  });

  test('a second one, synced, needs no codes; of two one is removed, and its device forgets it', async () => {
    const first = device.key;
    device.key = newSecurityKey({ aaguid: 'd548826e-79b4-db40-a3d8-11116f7e8349' });
    await add();
    await until(() => dialogText().includes(t('passkeys.renameTitle')), 'the question for the name');
    // Its maker's name is there already.
    expect(await find('field', t('passkeys.name'))).toHaveProperty('value', 'Bitwarden');
    await nameIt('Vault');
    expect(rows().find((row) => row.startsWith('Vault'))).toContain(t('passkeys.synced'));
    await remove('Laptop');
    await closed();
    await until(() => main().includes(t('passkeys.removed')), 'the outcome');
    expect(rows().map((row) => row.split(' ')[0])).toEqual([expect.stringMatching(/^Vault/)]);
    expect(device.forgotten).toEqual([{ rpId: 'localhost', credentialId: first.id }]);
    expect(document.activeElement?.tagName).toBe('H1');
  });

  test('disabling MFA speaks of no app, and every device forgets its passkey', async () => {
    await console.open('/security/mfa', 'en');
    await until(() => main().includes(t('status.ACTIVE')), 'the state');
    expect(all('heading', t('mfa.app'))).toEqual([]);
    await click(await find('button', t('mfa.disable')));
    await until(() => dialogText().includes(t('disable.undoPasskeys')), 'the words');
    await type(await find('field', t('field.password')), console.root.password);
    await submit(await find('button', t('disable.submit')));
    await closed();
    await until(() => main().includes(countText('receipt.backup-codes', 5)), 'the receipt');
    expect(device.forgotten.at(-1)).toEqual({ rpId: 'localhost', credentialId: device.key.id });
  });

  test('a browser without passkeys is told so, in place of the button', async () => {
    unplug();
    await open();
    await until(() => main().includes(t('passkeys.unknown')), 'the words');
    expect(all('button', t('passkeys.add'))).toEqual([]);
  });
});
