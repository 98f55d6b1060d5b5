// @vitest-environment happy-dom
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { translate as t } from '../src/language.ts';
import { exactTime } from '../src/time.ts';
import { type Console, startConsole } from './support/console.tsx';
import { click, find, submit, textOf, type, until } from './support/page.ts';

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
    await type(field, '2099-01-31T09:30');
    await submit(await find('button', t('settings.submit')));
    await until(() => main().includes(t('settings.saved')), 'the outcome');
    expect((await console.api('GET', path)).body).toMatchObject({
      mfaRequiredForSamUsers: true,
      mfaRequiredForSamUsersFrom: new Date('2099-01-31T09:30').getTime(),
    });
  });
});
