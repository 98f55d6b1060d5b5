// @vitest-environment happy-dom
import { checkSymbol } from '@warifu/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../../server/test/support/client.ts';
import { type Enrolled, enrol, otpAt } from '../../server/test/support/people.ts';
import { allow, enrolSam, newSam, type Sam, userPath } from '../../server/test/support/sam.ts';
import { countText, translate as t } from '../src/language.ts';
import { router } from '../src/router.tsx';
import { helperActionFor, needWords, ownActionFor, shownWays, type Way } from '../src/ways-back/ways.ts';
import { type Console, startConsole } from './support/console.tsx';
import { all, click, find, nameOf, submit, textOf, type, until } from './support/page.ts';

const closed = (way: Way['way'], whyNot: NonNullable<Way['whyNot']>): Way => ({ way, open: 'no', needs: [], whyNot });
const open = (way: Way['way'], needs: Way['needs'], odds: 'yes' | 'perhaps' = 'yes'): Way => ({
  way,
  open: odds,
  needs,
});

describe('a way', () => {
  test('is told of where it is open or something is missing, the open ones first', () => {
    const perhaps = open('passkey', ['otherDevice'], 'perhaps');
    const ways = [closed('password', 'mfaOn'), closed('factor', 'noOtherFactor'), perhaps, open('host', ['hostShell'])];
    expect(shownWays([...ways, closed('backupCode', 'mfaOff')]).map(({ way }) => way)).toEqual([
      'passkey',
      'factor',
      'host',
    ]);
  });

  test.each([
    [open('otherUser', ['password', 'rootUser', 'otherUsers']), ['password', 'rootOrSam']],
    [open('otherUser', ['rootUser']), ['rootUser']],
    [open('assistedReset', ['password', 'otherUsers', 'approver']), ['password', 'starter', 'approver']],
  ])('%j names people by what they do in it', (way, words) => {
    expect(needWords(way)).toEqual(words);
  });

  test.each([
    [open('password', ['password']), 'enableMfa', undefined],
    [closed('factor', 'noOtherFactor'), 'addPasskey', undefined],
    [open('passkey', ['otherDevice', 'deviceUnlock'], 'perhaps'), 'addPasskey', undefined],
    [open('passkey', ['syncedPasskey', 'deviceUnlock'], 'perhaps'), undefined, undefined],
    [open('backupCode', ['password', 'mailbox', 'backupCode']), 'testCode', undefined],
    [open('backupCode', ['password', 'mailbox', 'storedCodes'], 'perhaps'), 'reviewCodes', undefined],
    [closed('backupCode', 'codesFrozen'), 'reviewCodes', undefined],
    [closed('password', 'noPassword'), undefined, 'password'],
    [closed('assistedReset', 'locked'), undefined, 'password'],
    [closed('assistedReset', 'nobody'), undefined, 'whoStarts'],
    [open('otherUser', ['password', 'rootUser']), undefined, 'whoDisables'],
  ])('%j is mended by oneself: %s, by another: %s', (way, own, helper) => {
    expect([ownActionFor(way), helperActionFor(way)]).toEqual([own, helper]);
  });
});

describe('the ways back', () => {
  let console: Console;
  let root: Enrolled;
  let kai: Sam;
  const main = () => textOf(document.querySelector('main'));
  const cardOf = (title: string) =>
    until(
      () => [...document.querySelectorAll('main section')].find((card) => textOf(card.querySelector('h2')) === title),
      title,
    );
  const linesOf = (card: Element) => [...card.querySelectorAll('li')].map(textOf);
  const linksOf = (card: Element) =>
    all('link', undefined, card).map((link) => [nameOf(link), link.getAttribute('href')]);

  const signInWithCode = async () => {
    await console.signIn();
    const { clock } = console.server;
    clock.now += 30_000;
    const answer = await fetch('/v1/console/sign_in/verify', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ mfaOTPCode: otpAt(root.seed, clock.now) }),
    });
    expect(answer.status).toBe(200);
  };

  beforeAll(async () => {
    console = await startConsole();
    await console.signIn();
  });
  afterAll(() => console.stop());

  test('without MFA are the password, for whoever has it', async () => {
    await console.open('/', 'en');
    const card = await cardOf(t('waysBack.title'));
    expect(textOf(card)).toContain(t('waysBack.levels.alone'));
    expect(textOf(card)).toContain(t('waysBack.own.password'));
    expect(linesOf(card)).toEqual([
      expect.stringMatching(`^${t('waysBack.ways.password')}.*the password.*${t('waysBack.open.yes')}`),
    ]);
    expect(linksOf(card)[0]).toEqual([
      `${t('waysBack.actions.enableMfa')}: ${t('waysBack.ways.password')}`,
      '/security/mfa',
    ]);
    expect(all('heading', t('waysBack.samTitle'))).toEqual([]);
  });

  test('with it are fewer, and one signs in with a code', async () => {
    root = await enrol(console.server, console.root);
    await signInWithCode();
  });

  test.each(['ja', 'en'] as const)(
    'with it say what each needs, what is missing and where to mend it (%s)',
    async (language) => {
      await console.open('/', language);
      const card = await cardOf(t('waysBack.title'));
      expect(textOf(card)).toContain(t('waysBack.levels.unsure'));
      expect(textOf(card)).toContain(t('waysBack.own.unsure'));
      const [codes = '', factor = '', passkey = '', host = '', ...rest] = linesOf(card);
      expect(rest).toEqual([]);
      for (const [line, way, state] of [
        [host, 'host', 'yes'],
        [codes, 'backupCode', 'perhaps'],
        [factor, 'factor', 'no'],
        [passkey, 'passkey', 'no'],
      ] as const) {
        expect(line).toContain(t(`waysBack.ways.${way}`));
        expect(line).toContain(t(`waysBack.open.${state}`));
      }
      for (const need of ['password', 'mailbox', 'storedCodes'] as const) {
        expect(codes).toContain(t(`waysBack.needed.${need}`));
      }
      expect(factor).toContain(t('waysBack.noOtherFactor'));
      expect(linksOf(card)).toEqual([
        [`${t('waysBack.actions.reviewCodes')}: ${t('waysBack.ways.backupCode')}`, '/security/mfa'],
        [`${t('waysBack.actions.addPasskey')}: ${t('waysBack.ways.factor')}`, '/security/passkeys'],
        [`${t('waysBack.actions.addPasskey')}: ${t('waysBack.ways.passkey')}`, '/security/passkeys'],
        [t('overview.wayBackLink'), '/help'],
      ]);
    },
  );

  test('of SAM users are counted for the root user, who finds them in the list', async () => {
    const { server, root: owner } = console;
    kai = await newSam(server, owner, root, 'kai');
    await newSam(server, owner, root, 'hana');
    await enrolSam(server, owner, root, 'hana');
    const program = { as: root, body: {} };
    expect((await call(server, 'POST', userPath(owner, 'program'), program)).status).toBe(201);
    await console.open('/', 'en');
    const card = await cardOf(t('waysBack.samTitle'));
    expect(textOf(card)).toContain(t('waysBack.levels.help'));
    // Who has no password is not one of them.
    expect(textOf(card)).toContain(countText('waysBack.samHelp', 1));
    expect(all('link', undefined, card)).toHaveLength(1);
    await click(await find('link', t('waysBack.samHelpLink')));
    await until(() => all('row').length === 1, 'the one user');
    expect(router.state.location.search).toEqual({ wayBack: 'help' });
    expect(textOf(all('row')[0])).toMatch(new RegExp(`hana.*${t('waysBack.levels.help')}`));
    await type(await find('field', t('waysBack.column')), 'all');
    await until(() => all('row').length === 3, 'everybody');
    expect(router.state.location.search).toEqual({});
    const rows = all('row').map(textOf);
    expect(rows[1]).toContain(t('waysBack.levels.alone'));
    expect(rows[2]).toContain(t('waysBack.noPassword'));
  });

  test('stand on the page of the user, with who may help', async () => {
    await console.open('/security/users/hana', 'en');
    const card = await cardOf(t('waysBack.titleOther'));
    expect(textOf(card)).toContain(t('waysBack.other.help'));
    const own = [t('waysBack.ways.assistedReset'), t('waysBack.ways.otherUser')];
    expect(linksOf(card)).toEqual([
      [`${t('waysBack.actions.whoCan')}: ${own[0]}`, expect.stringContaining('User%3AstartUserMFAReset')],
      [`${t('waysBack.actions.whoCan')}: ${own[1]}`, expect.stringContaining('User%3ArevokeUserMFA')],
    ]);
    await console.open('/security/users/program', 'en');
    const other = await cardOf(t('waysBack.titleOther'));
    expect(textOf(other)).toContain(t('waysBack.other.noPassword'));
    expect(linksOf(other)).toContainEqual([
      `${t('waysBack.actions.password')}: ${t('waysBack.ways.password')}`,
      '/security/users/program/authentication#password',
    ]);
  });

  test('of others are not asked for by who may not read them, and nothing is in their place', async () => {
    const permission = allow(['User:listUsers', 'User:getUser']);
    const path = `${userPath(console.root, 'kai')}/permission`;
    expect((await call(console.server, 'PUT', path, { as: root, body: { permission } })).status).toBe(200);
    await console.signIn(kai);
    console.asked.length = 0;
    await console.open('/security/users/hana', 'en');
    await until(() => main().includes(t('user.facts')), 'the user');
    await console.open('/security/users?wayBack=help', 'en');
    await until(() => all('row').length === 3, 'everybody');
    expect(all('heading', t('waysBack.titleOther'))).toEqual([]);
    expect(main()).not.toContain(t('waysBack.column'));
    expect(console.asked.filter((one) => one.includes('ways_back'))).toEqual([]);
    await console.open('/', 'en');
    expect(textOf(await cardOf(t('waysBack.title')))).toContain(t('waysBack.levels.alone'));
    expect(all('heading', t('waysBack.samTitle'))).toEqual([]);
  });

  test('a backup code is tested in a dialog, and is as good as before', async () => {
    await signInWithCode();
    await console.open('/security/mfa?dialog=rehearse', 'en');
    const field = () => find('field', t('field.backupCode'));
    const [code = ''] = root.backupCodes;
    console.asked.length = 0;
    const turned = `${code.slice(0, 7)}${code.at(-1) === 'A' ? 'B' : 'A'}`;
    await type(await field(), turned);
    await submit(await field());
    const dialog = await find('dialog');
    await until(() => textOf(dialog).includes(t('field.backupCodeMistyped')), 'the typing mistake');
    expect(console.asked).toEqual([]);
    const wrong = `AAAAAAA${checkSymbol('AAAAAAA')}`;
    await type(await field(), wrong);
    await submit(await field());
    await until(() => textOf(dialog).includes(t('rehearse.wrong')), 'the refusal');
    const typed = await field();
    await until(() => document.activeElement === typed, 'the focus in the field');
    expect(typed.getAttribute('aria-invalid')).toBe('true');
    await type(await field(), ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`);
    await submit(await field());
    await until(() => main().includes(t('rehearse.right', { n: 1 })), 'the outcome');
    await until(() => all('row').length === 2, 'both tries');
    const rows = all('row').map(textOf);
    expect(rows[0]).toMatch(new RegExp(`${t('tries.outcomes.rehearsed')}.*198\\.51\\.100\\.20`));
    expect(rows[1]).toContain(t('tries.outcomes.wrong'));
    expect(router.state.location.search).toEqual({});
  });
});
