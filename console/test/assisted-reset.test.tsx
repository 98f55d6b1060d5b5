// @vitest-environment happy-dom
import type { Language } from '@warifu/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { finish, newOffice, type Office, startByCode } from '../../server/test/support/assisted.ts';
import { call, confirmed } from '../../server/test/support/client.ts';
import { otpAt } from '../../server/test/support/people.ts';
import { translate as t } from '../src/language.ts';
import { type Console, startConsole } from './support/console.tsx';
import { click, find, textOf, until } from './support/page.ts';

let console: Console;
let office: Office;
const main = () => textOf(document.querySelector('main'));

beforeAll(async () => {
  console = await startConsole();
  office = await newOffice(console.server);
  const path = `/v1/operators/${office.root.operatorId}/settings`;
  const { body } = await call(console.server, 'GET', path, { as: office.as });
  const wanted = { ...body, secondPersonForResets: true };
  const asked = await call(console.server, 'PUT', path, { as: office.as, body: wanted, headers: confirmed });
  expect(asked.status).toBe(204);
});
afterAll(() => console.stop());

/** The root user, who is neither the starter nor the user, before a reset that waits for a second person. */
let code: string;
beforeEach(async () => {
  const { server } = console;
  ({ code } = await startByCode(server, office, office.helper));
  server.clock.now += 30_000;
  const { email, password } = office.root;
  await console.signIn({ email, password });
  const answer = await globalThis.fetch('/v1/console/sign_in/verify', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mfaOTPCode: otpAt(office.as.seed, server.clock.now) }),
  });
  expect(answer.ok).toBe(true);
});

async function open(language: Language) {
  await console.open('/security/users/hana/authentication', language);
  await until(() => main().includes(t('assisted.states.awaits')), 'the open reset');
  for (const fact of ['helper', 'phone lost', t('assisted.handOvers.code')]) expect(main()).toContain(fact);
  expect(main()).not.toContain(code);
}

describe('a reset that waits for a second person', () => {
  test('is stopped, and the code is good for nothing', async () => {
    await open('en');
    await click(await find('button', t('assisted.stop')));
    await until(() => main().includes(t('assisted.stopped')), 'the outcome');
    await until(() => !main().includes(t('assisted.states.awaits')), 'the state');
    expect((await finish(console.server, office, { code })).body.code).toBe('MFA0032');
  });

  test('is approved by somebody else, and can be finished from then on', async () => {
    await open('ja');
    expect((await finish(console.server, office, { code })).status).toBe(400);
    await click(await find('button', t('assisted.approve')));
    await until(() => main().includes(t('assisted.approved', { name: 'hana' })), 'the outcome');
    await until(() => main().includes(t('assisted.states.open')), 'the state');
    expect(main()).toContain(t('assisted.approvedBy'));
    expect((await finish(console.server, office, { code })).status).toBe(200);
  });
});
