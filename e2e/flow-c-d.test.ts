import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request, type Session, secretOf, session, setUp } from './support/api.ts';
import { look, openBrowser, openTab, shown, type Tab } from './support/browser.ts';
import { inOrder } from './support/in-order.ts';
import { isFocused } from './support/in-page.ts';
import { type Authenticator, authenticator } from './support/oath.ts';
import { type Server, startServer } from './support/server.ts';
import { type Smtp, startSmtp } from './support/smtp.ts';
import {
  accountMenu,
  beginInDialog,
  button,
  confirmInDialog,
  dialog,
  enterCode,
  enterPassword,
  field,
  heading,
} from './support/walk.ts';
import { languages, words } from './support/words.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };
// Names of every script work on every page, in addresses and in mails.
const names = { ja: '田中 太郎', en: 'taro+eu@example.com' };

const assisted = {
  ja: {
    start: '本人によるリセットを開始',
    reason: '理由',
    submit: 'リセットを開始',
    copy: 'コードをコピー',
    stop: 'リセットを中止',
    haveCode: 'リセット用のコードを受け取った場合',
    code: '受け取ったコード',
    address: '新しいメールアドレス',
    mailLink: '確認メールを送信',
    removeAddress: 'メールアドレスを削除',
    deletePassword: 'パスワードを削除',
    deleteIt: '削除する',
    lost: 'ログインできる方法が減ります',
    agree: '影響を理解したうえで続ける',
    goOn: '続ける',
  },
  en: {
    start: 'Start a reset by the user',
    reason: 'Reason',
    submit: 'Start the reset',
    copy: 'Copy the code',
    stop: 'Stop the reset',
    haveCode: 'Got a code for a reset?',
    code: 'The code that you were told',
    address: 'New email address',
    mailLink: 'Mail a link',
    removeAddress: 'Remove the email address',
    deletePassword: 'Delete password',
    deleteIt: 'Delete',
    lost: 'A way back in would be lost',
    agree: 'I understand this and want to go on',
    goOn: 'Go on',
  },
};

const required = {
  ja: {
    from: '必須にする日時',
    set: '必須にする',
    saved: '日時を保存しました。',
    why: 'このユーザーに対する設定',
    end: '必須にするのをやめる',
    ended: 'この設定による必須化を解除しました。',
  },
  en: {
    from: 'Require from',
    set: 'Require MFA',
    saved: 'The date was saved.',
    why: 'it was set for your user',
    end: 'Stop requiring MFA',
    ended: 'This rule does not require MFA any more.',
  },
};

describe.each(languages)('flow C and D: a SAM user has lost the device (%s)', (language) => {
  const w = words[language];
  const a = assisted[language];
  const r = required[language];
  const taro = { userName: names[language], password: 'lantern orchard tin 58' };
  let smtp: Smtp;
  let server: Server;
  let browser: Browser;
  let root: Session;
  let phone: Authenticator;
  let own: Tab;
  let rootTab: Tab;
  let code = '';
  inOrder();

  const user = () => `/v1/operators/${root.operatorId}/users/${encodeURIComponent(taro.userName)}`;
  const signInAsTaro = async ({ page }: Tab) => {
    await page.goto(`${server.baseUrl}/login?as=sam`);
    await field(page, w.operatorId).fill(root.operatorId);
    await field(page, w.userName).fill(taro.userName);
    await field(page, w.password).fill(taro.password);
    await button(page, w.logIn).click();
  };

  beforeAll(async () => {
    smtp = await startSmtp();
    server = await startServer({ smtpUrl: smtp.url });
    await setUp(server.baseUrl, server.setupLink(), owner, language);
    root = await session(server.baseUrl, owner);
    await root.call('POST', user(), {});
    await root.call('POST', `${user()}/password`, { password: taro.password });
    const begun = await root.call('POST', `${user()}/mfa`);
    phone = authenticator(secretOf(begun.json['totpUri']));
    const confirmed = await root.call('POST', `${user()}/mfa/verify`, { mfaOTPCode: await phone.next() });
    expect([confirmed.status, confirmed.body]).toEqual([204, '']);
    browser = await openBrowser();
    own = await openTab(browser, language);
    rootTab = await openTab(browser, language);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await smtp.stop();
  });

  test('the SAM user signs in with operator ID, user name, password and code', async () => {
    const { page } = own;
    await page.goto(`${server.baseUrl}/login`);
    await page
      .getByRole('tab', { name: w.samUser })
      .or(page.getByRole('link', { name: w.samUser }))
      .click();
    await shown(field(page, w.operatorId));
    await look(own, 'd01-login');
    await signInAsTaro(own);
    await enterCode(own, await phone.next());
    await shown(accountMenu(page, { ...owner, email: taro.userName }));
    await look(own, 'd02-inside');
    await page.goto(`${server.baseUrl}/security/mfa`);
    await shown(page.getByRole('heading', { level: 1 }));
    await look(own, 'd03-own-mfa');
  });

  test('flow D: at the code screen it is told whom to ask, and no mail can be asked for', async () => {
    own = await openTab(browser, language);
    const { page } = own;
    await signInAsTaro(own);
    await shown(heading(page, w.codeTitle));
    await page.getByRole('link', { name: w.cannotLogIn, exact: true }).click();
    await shown(heading(page, w.resetTitle));
    await shown(page.getByText(w.rootUser).or(page.getByText('root user')));
    expect(await page.locator('input, form').count()).toBe(0);
    await look(own, 'd04-whom-to-ask');
  });

  test('flow C: the root user finds the SAM user and switches its MFA off, without any code', async () => {
    const { page } = rootTab;
    await enterPassword(rootTab, server, owner);
    await accountMenu(page, owner).click();
    await page.getByRole('menuitem', { name: w.security, exact: true }).click();
    await page.getByRole('link', { name: w.users, exact: true }).first().click();
    await shown(heading(page, w.users));
    await look(rootTab, 'c01-users');
    await page.getByRole('link', { name: taro.userName, exact: true }).click();
    await page.getByRole('tab', { name: w.authentication, exact: true }).click();
    await shown(button(page, w.disableMfa));
    expect(new URL(page.url()).pathname).toBe(`/security/users/${encodeURIComponent(taro.userName)}/authentication`);
    await page.reload();
    await shown(button(page, w.disableMfa));
    await look(rootTab, 'c02-authentication');
    await button(page, w.disableMfa).click();
    await shown(button(dialog(page), w.disable));
    expect(await dialog(page).locator('input:visible').count()).toBe(0);
    await look(rootTab, 'c03-disable');
    await button(dialog(page), w.disable).click();
    const done =
      language === 'ja' ? `${taro.userName}の多要素認証を無効にしました` : `MFA of ${taro.userName} is disabled`;
    await shown(page.getByText(done));
    await look(rootTab, 'c04-disabled');
  });

  test('then the SAM user is in with the password alone, and the root user has a mail', async () => {
    const body = { operatorId: root.operatorId, ...taro };
    expect((await request(server.baseUrl, 'POST', '/v1/auth', body)).status).toBe(200);
    own = await openTab(browser, language);
    await signInAsTaro(own);
    await shown(accountMenu(own.page, { ...owner, email: taro.userName }));
    const mail = await smtp.waitFor(({ text }) => text.includes(taro.userName) && /MFA|多要素認証/.test(text));
    expect(mail.to).toEqual([owner.email]);
  });

  test('MFA is required of it: it can only enrol, and then everything', async () => {
    const { page } = own;
    await field(rootTab.page, r.from).fill('2020-01-01T09:00');
    await button(rootTab.page, r.set).click();
    await shown(rootTab.page.getByText(r.saved));
    await look(rootTab, 'r01-required');
    await page.goto(`${server.baseUrl}/security/users`);
    await page.waitForURL('**/security/mfa');
    await shown(page.getByText(r.why));
    await shown(button(page, w.enableMfa));
    expect(await page.getByRole('alert').count()).toBe(0);
    await look(own, 'r02-only-enrolment');
    phone = await beginInDialog(own);
    await confirmInDialog(own, await phone.next());
    await button(dialog(page), w.done).click();
    await dialog(page).waitFor({ state: 'hidden' });
    await page.goto(`${server.baseUrl}/security/users`);
    await shown(page.getByText('User:listUsers').first());
    expect(await page.getByText(r.why).count()).toBe(0);
    await button(rootTab.page, r.end).click();
    await button(dialog(rootTab.page), r.end).click();
    await shown(rootTab.page.getByText(r.ended));
  });

  test('assisted reset: the root user, with MFA, starts one with a reason and is shown a code once', async () => {
    const mfa = `/v1/operators/${root.operatorId}/mfa`;
    const rootPhone = authenticator(secretOf((await root.call('POST', mfa)).json['totpUri']));
    const enabled = await root.call('POST', `${mfa}/verify`, { mfaOTPCode: await rootPhone.next() });
    expect(enabled.status).toBe(200);
    rootTab = await openTab(browser, language);
    const { page } = rootTab;
    await enterPassword(rootTab, server, owner);
    await enterCode(rootTab, await rootPhone.next());
    await shown(accountMenu(page, owner));
    await page.goto(`${server.baseUrl}/security/users/${encodeURIComponent(taro.userName)}/authentication`);
    await button(page, a.start).click();
    await shown(field(dialog(page), a.reason));
    expect(await isFocused(field(dialog(page), a.reason))).toBe(true);
    await look(rootTab, 'a01-start');
    await field(dialog(page), a.reason).fill('Phone lost');
    await button(dialog(page), a.submit).click();
    await shown(button(dialog(page), a.copy));
    await look(rootTab, 'a02-code');
    const texts = await dialog(page).locator('code').allTextContents();
    code = texts.find((text) => /^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$/.test(text)) ?? '';
    expect(code).not.toBe('');
    await button(dialog(page), w.done).click();
    await shown(page.getByText('Phone lost'));
    expect(await page.getByText(code).count()).toBe(0);
    await look(rootTab, 'a03-open');
    await page.goto(server.baseUrl);
    await shown(button(page, a.stop));
    await look(rootTab, 'a04-overview');
  });

  test('assisted reset: the SAM user finishes it with its own password and that code', async () => {
    own = await openTab(browser, language);
    const { page } = own;
    await signInAsTaro(own);
    await shown(heading(page, w.codeTitle));
    await page.getByRole('link', { name: w.cannotLogIn, exact: true }).click();
    await page.getByRole('link', { name: a.haveCode, exact: true }).click();
    await shown(field(page, a.code));
    expect(await field(page, w.operatorId).inputValue()).toBe(root.operatorId);
    expect(await field(page, w.userName).inputValue()).toBe(taro.userName);
    await look(own, 'a05-finish');
    await field(page, w.password).fill(taro.password);
    await field(page, a.code).fill('22222 22222');
    await button(page, w.resetMfa).click();
    await shown(page.getByRole('alert').getByText(w.resetFailed));
    await field(page, a.code).fill(code.toLowerCase().replace('-', ' '));
    await button(page, w.resetMfa).click();
    await shown(heading(page, w.resetDone));
    await look(own, 'a06-done');
    const body = { operatorId: root.operatorId, ...taro };
    expect((await request(server.baseUrl, 'POST', '/v1/auth', body)).status).toBe(200);
  });

  test('the SAM user sets an address of its own, whose link it follows', async () => {
    const { page } = own;
    await signInAsTaro(own);
    await shown(accountMenu(page, { ...owner, email: taro.userName }));
    await page.goto(`${server.baseUrl}/security/mfa`);
    await field(page, a.address).fill('taro@example.net');
    await button(page, a.mailLink).click();
    await shown(page.getByText('taro@example.net'));
    const mail = await smtp.waitFor(({ to }) => to.includes('taro@example.net'));
    await page.goto(/https?:\/\/\S+\/email\/verify#\S+/.exec(mail.text)?.[0] ?? '');
    await page.getByRole('button').last().click();
    await page.goto(`${server.baseUrl}/security/mfa`);
    await shown(button(page, a.removeAddress));
    await shown(page.getByText('taro@example.net'));
    await look(own, 'a07-own-address');
  });

  test('taking its only way in away asks the root user once more, and says for whom', async () => {
    const { page } = rootTab;
    await page.goto(`${server.baseUrl}/security/users/${encodeURIComponent(taro.userName)}/authentication`);
    await button(page, a.deletePassword).click();
    await button(dialog(page), a.deleteIt).click();
    const question = page.getByRole('dialog', { name: a.lost });
    await shown(question.getByText(taro.userName, { exact: true }));
    await button(question, a.goOn).click();
    const tick = question.getByRole('checkbox', { name: a.agree });
    expect(await isFocused(tick)).toBe(true);
    await look(rootTab, 'w01-last-way');
    await tick.check();
    await button(question, a.goOn).click();
    await question.waitFor({ state: 'detached' });
    const body = { operatorId: root.operatorId, ...taro };
    expect((await request(server.baseUrl, 'POST', '/v1/auth', body)).status).toBe(401);
  });

  test('and the pages made no mistake of their own', () => {
    expect([...own.problems, ...rootTab.problems]).toEqual([]);
  });
});
