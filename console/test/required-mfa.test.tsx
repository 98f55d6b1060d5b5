// @vitest-environment happy-dom
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { translate as t } from '../src/language.ts';
import { exactTime } from '../src/time.ts';
import { type Console, startConsole } from './support/console.tsx';
import { textOf, until } from './support/page.ts';

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
});
