// @vitest-environment happy-dom
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allow, enrolSam, newSam } from '../../server/test/support/sam.ts';
import { connectSession } from '../src/api.ts';
import { translate as t } from '../src/language.ts';
import { confirmLoss } from '../src/session/ask-last-way.ts';
import { type Console, startConsole } from './support/console.tsx';
import { click, find, submit, textOf, until } from './support/page.ts';

let console: Console;
beforeAll(async () => {
  console = await startConsole();
  await console.signIn();
  const { server, root, program } = console;
  await newSam(server, root, program, '花子');
  await enrolSam(server, root, program, encodeURIComponent('花子'));
  await newSam(server, root, program, 'helper', allow(['User:revokeUserMFA']));
});
afterAll(() => console.stop());

const open = async (language: 'en' | 'ja') => {
  await console.open('/security/users/helper?dialog=delete', language);
  connectSession({
    confirmIdentity: async () => false,
    confirmLoss,
    sessionReplaced: async () => false,
    sessionEnded: async () => false,
    mustEnrol: () => {},
    sessionUsed: () => {},
  });
  await click(await find('button', t('user.deleteSubmit'), await find('dialog')));
  return await until(
    () => [...document.querySelectorAll('[role=dialog]')].find((one) => textOf(one).includes(t('lastWay.title'))),
    'the question',
  );
};
const isThere = async () => (await console.api('GET', '/v1/operators/{operator_id}/users/helper')).status === 200;

describe('an act that takes a way back away', () => {
  test.each(['ja', 'en'] as const)(
    'says what is lost, and for whom; giving up leaves everything (%s)',
    async (language) => {
      const box = await open(language);
      expect(textOf(box)).toContain(
        { en: 'Nobody but the root user can help any more.', ja: '助けられる人がルートユーザーだけになります。' }[
          language
        ],
      );
      const names = [...box.querySelectorAll('li [translate=no]')].map((name) => name.textContent);
      expect(names).toEqual(['花子']);
      const tick = await find('checkbox', t('lastWay.agree'), box);
      await until(() => document.activeElement === tick, 'the focus in the box to tick');
      await click(await find('button', t('action.cancel'), box));
      await until(() => document.querySelectorAll('[role=dialog]').length === 1, 'the question to close');
      expect(await isThere()).toBe(true);
    },
  );

  test('goes on only with the box ticked', async () => {
    const box = await open('en');
    const tick = await find('checkbox', t('lastWay.agree'), box);
    await submit(tick);
    await until(() => textOf(box).includes(t('lastWay.tick')), 'the words at the box');
    expect(await isThere()).toBe(true);
    await click(tick);
    await submit(tick);
    await until(() => document.querySelector('[role=dialog]') === null, 'both dialogs to close');
    expect(await isThere()).toBe(false);
  });
});
