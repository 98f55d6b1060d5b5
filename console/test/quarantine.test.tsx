// @vitest-environment happy-dom
import type { Language } from '@warifu/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../../server/test/support/client.ts';
import { enrol } from '../../server/test/support/people.ts';
import { resetToken, verifyReset } from '../../server/test/support/recovery.ts';
import { allow, enrolSam, newSam, type Sam, userPath } from '../../server/test/support/sam.ts';
import { chooseLanguage, translate as t } from '../src/language.ts';
import { exactTime } from '../src/time.ts';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, submit, textOf, until } from './support/page.ts';

const day = 86_400_000;
let console: Console;
let hana: Sam;
/** Until when each of both waits. */
let rootUntil: number;
let samUntil: number;

const words = (text: string) => text.replaceAll('\u00a0', ' ');
const page = () => textOf(document.querySelector('main'));
const says = (text: string) => until(() => page().includes(words(text)), text);

beforeAll(async () => {
  console = await startConsole();
  const { server, root } = console;
  const owner = await enrol(server, root);
  hana = await newSam(server, root, owner, 'hana', allow(['*']));
  await enrolSam(server, root, owner, 'hana');
  const path = `/v1/operators/${root.operatorId}/settings`;
  const { body } = await call(server, 'GET', path, { as: owner });
  await call(server, 'PUT', path, { as: owner, body: { ...body, quarantineAfterReset: true } });
  await call(server, 'DELETE', `${userPath(root, 'hana')}/mfa`, { as: owner });
  samUntil = server.clock.now + day;
  const token = await resetToken(server, root);
  const proof = { token, email: root.email, password: root.password, backupCode: owner.backupCodes[0] };
  expect((await verifyReset(server, proof)).status).toBe(200);
  rootUntil = server.clock.now + day;
});
afterAll(() => console.stop());

async function generateKey(): Promise<void> {
  await click(await find('button', t('keys.generate')));
  const dialog = await find('dialog', t('keys.generateTitle'));
  await submit(await find('button', t('keys.generateSubmit'), dialog));
}

describe('the quarantine after a reset', () => {
  test.each(['ja', 'en'] as Language[])(
    'tells the root user what waits, until when and why, in %s',
    async (language) => {
      await console.signIn();
      await console.open('/security/keys', language);
      await says(t('quarantine.title', { time: exactTime(rootUntil) }));
      await says(t('quarantine.body'));
      const links = all('link', undefined, document.querySelector('main') ?? document).map(textOf);
      expect(links).toEqual(expect.arrayContaining([t('sessions.title'), t('password.title')]));
      await generateKey();
      const refusal = words(t('refused.quarantine', { time: exactTime(rootUntil) }));
      await until(() => all('alert').some((alert) => textOf(alert).includes(refusal)), refusal);
    },
  );

  test('a SAM user reads it in the place of the button', async () => {
    await console.signIn(hana);
    await console.open('/security/users', 'en');
    await says(t('quarantine.title', { time: exactTime(samUntil) }));
    await says(t('refused.quarantine', { time: exactTime(samUntil) }));
  });

  test('whoever helps a user reads it on the page of the user', async () => {
    await console.signIn();
    await console.open('/security/users/hana/authentication', 'ja');
    await says(t('userMfa.quarantined', { time: exactTime(samUntil) }));
  });

  test('is over after a day: no word of it, and the key is made', async () => {
    console.server.clock.now = rootUntil;
    await console.signIn();
    await console.open('/security/keys', 'ja');
    chooseLanguage('ja');
    expect(page()).not.toContain(t('quarantine.body'));
    await generateKey();
    await find('dialog', t('keys.newTitle'));
  });
});
