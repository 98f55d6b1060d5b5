import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOperator, resetLink } from './support/accounts.ts';
import { setUp, signIn } from './support/api.ts';
import { openBrowser, openTab, picture, secondTab, shown, type Tab } from './support/browser.ts';
import { paste } from './support/in-page.ts';
import { type Authenticator, wrongCode } from './support/oath.ts';
import { type Server, startServer } from './support/server.ts';
import { type Smtp, startSmtp } from './support/smtp.ts';
import {
  accountMenu,
  beginInDialog,
  button,
  confirmInDialog,
  dialog,
  disableInBrowser,
  enableInBrowser,
  enterCode,
  enterPassword,
  field,
  fillReset,
  goToMfa,
  heading,
  logOut,
  readBackupCodes,
  readSecret,
} from './support/walk.ts';
import { words } from './support/words.ts';

const language = 'ja';
const w = words[language];
const password = 'pebble harbour quilt 41';
let smtp: Smtp;
let server: Server;
let browser: Browser;
let tab: Tab;
let owner = { email: '', password };
let owners = 0;

beforeAll(async () => {
  smtp = await startSmtp();
  server = await startServer({ smtpUrl: smtp.url });
  await setUp(server.baseUrl, server.setupLink(), { email: 'first@example.com', password }, language);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  await smtp.stop();
});

// Every test has an account and a browser profile of its own, so that no mistake counts for the next.
beforeEach(async () => {
  owner = { email: `owner${owners++}@example.com`, password };
  await createOperator(server, owner, language);
  tab = await openTab(browser, language);
  await enterPassword(tab, server, owner);
  await shown(accountMenu(tab.page, owner));
  await goToMfa(tab, owner);
  return async () => {
    expect(tab.problems).toEqual([]);
    await tab.page.context().close();
  };
});

/** Clicks twice as fast as a person can. */
async function clickTwice(name: string, within = dialog(tab.page)): Promise<void> {
  await button(within, name).dblclick({ delay: 5 });
}

async function status(code?: string): Promise<unknown> {
  const answer = await signIn(server.baseUrl, owner, code);
  return answer.status === 200 ? 'signed in' : answer.json['code'];
}

describe('while enabling', () => {
  test('going back keeps the secret, and a reload makes a new one', async () => {
    const { page } = tab;
    const phone = await beginInDialog(tab);
    await button(dialog(page), w.next).click();
    await shown(field(dialog(page), w.code));
    await button(dialog(page), w.back).click();
    expect(await readSecret(tab)).toBe(phone.secret);
    await page.reload();
    await shown(page.getByText(/未確認|前の QR コードは破棄/));
    await picture(tab, 'h01-reloaded');
    expect(await status()).toBe('signed in');
  });

  test('a wrong code is refused, the right one is taken, and a double click does it once', async () => {
    const { page } = tab;
    const phone = await beginInDialog(tab);
    await confirmInDialog(tab, wrongCode(phone.secret));
    await shown(dialog(page).getByText(w.otpInvalid));
    await picture(tab, 'h02-wrong-code');
    await field(dialog(page), w.code).fill('');
    await field(dialog(page), w.code).pressSequentially(await phone.next());
    await clickTwice(w.enable);
    expect((await readBackupCodes(tab)).length).toBe(5);
    expect(await status()).toBe('MFA0001');
  });

  test('closing the backup codes asks first, and a reload tells that they were not stored', async () => {
    const { page } = tab;
    const phone = await beginInDialog(tab);
    await confirmInDialog(tab, await phone.next());
    await readBackupCodes(tab);
    await page.keyboard.press('Escape');
    await shown(page.getByText('コードを保管しましたか?'));
    await picture(tab, 'h03-codes-not-stored');
    await page.reload();
    await shown(page.getByText('未保管').or(page.getByText('バックアップコードが保管されていません')));
    await picture(tab, 'h04-codes-lost');
  });

  test('a second tab that knows nothing of it does not break anything', async () => {
    const other = await secondTab(tab);
    await other.page.goto(`${server.baseUrl}/security/mfa`);
    await shown(button(other.page, w.enableMfa));
    await enableInBrowser(tab);
    await button(other.page, w.enableMfa).first().click();
    // Either the page noticed in the meantime, or the server says it is enabled already.
    await shown(button(other.page, w.disableMfa).or(other.page.getByText('多要素認証はすでに有効です')));
    await picture(other, 'h05-second-tab');
    expect(await status()).toBe('MFA0001');
    expect(other.problems).toEqual([]);
  });

  test('the Back button leaves without a trace', async () => {
    await beginInDialog(tab);
    await tab.page.goBack();
    await shown(tab.page.getByRole('main'));
    expect(await status()).toBe('signed in');
  });
});

describe('at the code screen', () => {
  let phone: Authenticator;
  beforeEach(async () => {
    ({ phone } = await enableInBrowser(tab));
    await logOut(tab, owner);
    await enterPassword(tab, server, owner);
    await shown(heading(tab.page, w.codeTitle));
  });

  test('a used and a wrong code are refused, the next one is taken', async () => {
    const { page } = tab;
    await enterCode(tab, phone.last());
    await shown(page.getByText(w.otpInvalid));
    await picture(tab, 'h06-used-code');
    expect(await field(page, w.code).inputValue()).toBe('');
    await enterCode(tab, wrongCode(phone.secret));
    await shown(page.getByText(w.otpInvalid));
    await enterCode(tab, await phone.next());
    await shown(accountMenu(page, owner));
  });

  test('a pasted code with a space submits by itself', async () => {
    const { page } = tab;
    const code = await phone.next();
    await field(page, w.code).fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await shown(accountMenu(page, owner));
  });

  test('a reload, and a double click, still lead in', async () => {
    const { page } = tab;
    await page.reload();
    await shown(heading(page, w.codeTitle));
    await field(page, w.code).pressSequentially(await phone.next());
    await button(page, w.logIn).dblclick({ delay: 5 });
    await shown(accountMenu(page, owner));
  });

  test('Back leads to the password, and forward is not inside', async () => {
    const { page } = tab;
    await page.goBack();
    await page.goto(`${server.baseUrl}/security/mfa`);
    await shown(field(page, w.password));
    await enterPassword(tab, server, owner);
    await enterCode(tab, await phone.next());
    await shown(page.getByRole('heading', { level: 1, name: w.mfa, exact: true }));
  });
});

describe('while disabling', () => {
  test('a wrong password changes nothing, and a double click on the right one does it once', async () => {
    const { page } = tab;
    await enableInBrowser(tab);
    await disableInBrowser(tab, 'not the password 1234');
    await shown(dialog(page).getByText(w.passwordWrong));
    await picture(tab, 'h07-wrong-password');
    expect(await status()).toBe('MFA0001');
    await field(dialog(page), w.password).fill(password);
    await clickTwice(w.disable);
    await shown(button(page, w.enableMfa));
    await picture(tab, 'h08-disabled');
    expect(await status()).toBe('signed in');
  });

  test('another device is out at its next step', async () => {
    const { phone } = await enableInBrowser(tab);
    const other = await openTab(browser, language);
    await enterPassword(other, server, owner);
    await enterCode(other, await phone.next());
    await shown(accountMenu(other.page, owner));
    await disableInBrowser(tab, password);
    await shown(button(tab.page, w.enableMfa));
    await other.page.reload();
    await shown(field(other.page, w.password));
    await picture(other, 'h09-other-device');
    await other.page.context().close();
  });

  test('after logging out, Back shows nothing of the account', async () => {
    await logOut(tab, owner);
    await tab.page.goBack();
    await shown(field(tab.page, w.password));
    expect(await accountMenu(tab.page, owner).count()).toBe(0);
  });
});

describe('while resetting', () => {
  let codes: string[];
  beforeEach(async () => {
    ({ codes } = await enableInBrowser(tab));
    await logOut(tab, owner);
  });

  async function mailedLink(): Promise<string> {
    const since = smtp.mails.length;
    await tab.page.goto('about:blank');
    await tab.page.goto(`${server.baseUrl}/mfa/reset`);
    await field(tab.page, w.email).fill(owner.email);
    await field(tab.page, w.password).fill(password);
    await button(tab.page, w.resetMfa).click();
    await shown(tab.page.getByText(w.mailSent));
    const mail = await smtp.waitFor(({ to, text }) => to[0] === owner.email && resetLink(text) !== undefined, since);
    return resetLink(mail.text) ?? '';
  }

  test('a reload loses the link on purpose, and opening it again works', async () => {
    const { page } = tab;
    const link = await mailedLink();
    await page.goto(link);
    await shown(field(page, w.backupCode));
    await page.reload();
    await shown(page.getByText('メールの URL をもう一度開いてください'));
    await picture(tab, 'h10-link-dropped');
    await page.goto(link);
    await fillReset(tab, owner, codes[0] ?? '');
    await shown(page.getByText(w.resetDone));
  });

  test('five pasted lines are offered one by one', async () => {
    const { page } = tab;
    await page.goto(await mailedLink());
    const input = await shown(field(page, w.backupCode));
    await paste(input, codes.join('\n'));
    await shown(page.getByText(w.oneLineOnly));
    await picture(tab, 'h11-five-lines');
    await button(page, codes[2] ?? '').click();
    expect(await input.inputValue()).toBe(codes[2]);
    await fillReset(tab, owner, codes[2] ?? '');
    await shown(page.getByText(w.resetDone));
  });

  test('a wrong code and a wrong password get the same answer; a double click is one reset', async () => {
    const { page } = tab;
    await page.goto(await mailedLink());
    await fillReset(tab, owner, 'ZZZZ999R');
    await shown(page.getByText(w.resetFailed));
    const refused = await page.getByRole('alert').innerText();
    await fillReset(tab, { ...owner, password: 'not the password 1234' }, codes[0] ?? '');
    await shown(page.getByText(w.resetFailed));
    expect(await page.getByRole('alert').innerText()).toBe(refused);
    await picture(tab, 'h12-reset-failed');
    await field(page, w.password).fill(password);
    await field(page, w.backupCode).fill(codes[0] ?? '');
    await button(page, w.resetMfa).dblclick({ delay: 5 });
    await shown(page.getByText(w.resetDone));
    expect(await status()).toBe('signed in');
  });

  test('an old link and a used link are dead, and say so', async () => {
    const { page } = tab;
    const [first, second] = [await mailedLink(), await mailedLink()];
    const dead = page.getByText(w.linkInvalid).or(page.getByText(w.resetFailed));
    for (const link of [first, second, second]) {
      await page.goto('about:blank');
      await page.goto(link);
      await fillReset(tab, owner, codes[1] ?? '');
      if (link === first) await shown(dead);
      else await shown(dead.or(page.getByText(w.resetDone)));
      await picture(tab, `h13-link-${link === first ? 'old' : 'second'}`);
    }
    await shown(dead);
  });
});
