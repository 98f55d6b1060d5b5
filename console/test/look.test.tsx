// @vitest-environment happy-dom
import { act, useState } from 'react';
import { describe, expect, test } from 'vitest';
import { announce, LiveRegion } from '../src/announce.tsx';
import { Card } from '../src/frame/page.tsx';
import { countText, named, translate as t } from '../src/language.ts';
import { ConfirmDialog } from '../src/look/confirm-dialog.tsx';
import { Dialog } from '../src/look/dialog.tsx';
import { Facts, Moment } from '../src/look/facts.tsx';
import { LeaveQuestion } from '../src/look/leave-question.tsx';
import { Code, Name, Words } from '../src/look/name.tsx';
import { Notice } from '../src/look/notice.tsx';
import { QrCode } from '../src/look/qr-code.tsx';
import { StatusWord } from '../src/look/status-word.tsx';
import { Tabs } from '../src/look/tabs.tsx';
import { browserLanguage, chosenLanguage, chosenScheme, rememberLanguage, rememberScheme } from '../src/preferences.ts';
import { clockTime, exactTime, relativeTime } from '../src/time.ts';
import { all, click, find, submit, textOf, translatable, until } from './support/page.ts';
import { show } from './support/render.tsx';

describe('names', () => {
  test('are left alone by a translating browser, wherever they stand in a sentence', async () => {
    const page = await show(
      <>
        <p>
          <Words>{`${named('taro')} gives ${named('Desk')} to nobody`}</Words>
        </p>
        <p>
          <Name>hanako</Name>
        </p>
        <p>
          <Code>User:getUser</Code>
        </p>
        <p>
          <Words>plain words</Words>
        </p>
      </>,
    );
    expect(translatable(['taro', 'Desk', 'hanako', 'User:'], page)).toEqual([]);
    const [sentence, , , plain] = page.querySelectorAll('p');
    expect(textOf(sentence)).toBe('taro gives Desk to nobody');
    // Every part has an element of its own: a translator takes text nodes away under React's hands.
    expect([...(sentence?.childNodes ?? [])].every(({ nodeType }) => nodeType === Node.ELEMENT_NODE)).toBe(true);
    expect(plain?.children).toHaveLength(0);
  });

  test('keep what is in them, whatever it is', async () => {
    for (const name of ['田中 太郎', '<b>x</b>', '{name}', 'a  b', 'x'.repeat(64)]) {
      const page = await show(<Words>{`${named(name)}`}</Words>);
      expect(page.querySelector('[translate=no]')?.textContent).toBe(name);
    }
  });

  test('a Japanese one stands without a space in a Japanese sentence, and keeps its own', async () => {
    const body = (name: string) => t('disable.body', { name });
    expect(body('x')).toBe(t('disable.body'));
    const page = await show(<Words>{t('sent.address', { address: named('田中 太郎') })}</Words>, 'ja');
    expect(page.querySelector('[translate=no]')?.textContent).toBe('田中 太郎');
  });
});

describe('a dialog', () => {
  function Opener({ sent }: { sent: string[] }) {
    const [opened, setOpened] = useState(false);
    return (
      <>
        <h1 id="page-title" tabIndex={-1}>
          Page
        </h1>
        <button type="button" onClick={() => setOpened(true)}>
          Open
        </button>
        <ConfirmDialog
          title="Delete it"
          body={[`${named('taro')} is gone then.`, 'There is no way back.']}
          submit="Delete"
          opened={opened}
          onClose={() => setOpened(false)}
          send={async () => {
            sent.push('deleted');
            setOpened(false);
          }}
        />
      </>
    );
  }

  test('that destroys begins at the way out, and gives the focus back', async () => {
    const sent: string[] = [];
    await show(<Opener sent={sent} />);
    const opener = await find('button', 'Open');
    opener.focus();
    await click(opener);
    const box = await find('dialog');
    await until(() => textOf(document.activeElement) === t('action.cancel'), 'the way out');
    expect(textOf(box)).toContain('taro is gone then.');
    expect(box.querySelector('[translate=no]')?.textContent).toBe('taro');
    await click(await find('button', t('action.cancel'), box));
    await until(() => document.activeElement === opener, 'the focus back');
    expect(sent).toEqual([]);
    await click(opener);
    await submit(await find('button', 'Delete'));
    expect(sent).toEqual(['deleted']);
  });

  test('begins in its first empty field where it has one', async () => {
    await show(
      <Dialog title="Ask" opened onClose={() => {}}>
        <input aria-label="filled" defaultValue="x" />
        <input aria-label="empty" />
      </Dialog>,
    );
    const empty = await find('field', 'empty');
    await until(() => empty.hasAttribute('data-autofocus'), 'the mark for the focus');
    expect((await find('field', 'filled')).hasAttribute('data-autofocus')).toBe(false);
  });

  test('has a name and a way to close it in words', async () => {
    await show(
      <Dialog title="Ask" opened onClose={() => {}}>
        <p>Something</p>
      </Dialog>,
    );
    const box = await find('dialog');
    const title = document.getElementById(box.getAttribute('aria-labelledby') ?? '');
    expect(textOf(title)).toBe('Ask');
    expect(box.getAttribute('aria-modal')).toBe('true');
    await find('button', t('action.close'), box);
  });

  test('asks once more before something shown once is gone', async () => {
    const answers: string[] = [];
    await show(
      <LeaveQuestion
        title="Stored?"
        body="It is never shown again."
        stay="Go back"
        leave="Leave"
        onStay={() => answers.push('stay')}
        onLeave={() => answers.push('leave')}
      />,
    );
    expect(textOf(await find('alert'))).toContain('It is never shown again.');
    await click(await find('button', 'Leave'));
    await click(await find('button', 'Go back'));
    expect(answers).toEqual(['leave', 'stay']);
  });
});

describe('tabs', () => {
  const tabs = [
    { id: 'a', label: 'One', href: '/one' },
    { id: 'b', label: 'Two', href: '/two' },
    { id: 'c', label: 'Three', href: '/three' },
  ] as const;
  const open = async () => {
    const chosen: string[] = [];
    await show(
      <Tabs label="Parts" tabs={tabs} current="b" onSelect={({ id }) => chosen.push(id)}>
        <p>Body</p>
      </Tabs>,
    );
    return { chosen, list: [...document.querySelectorAll<HTMLElement>('[role=tab]')] };
  };
  const press = (target: Element, key: string) =>
    act(async () => void target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })));

  test('are links with addresses; one stop for the Tab key, the arrows move among them', async () => {
    const { list } = await open();
    expect(list.map((tab) => tab.getAttribute('href'))).toEqual(['/one', '/two', '/three']);
    expect(list.map((tab) => tab.tabIndex)).toEqual([-1, 0, -1]);
    list[1]?.focus();
    for (const [key, place] of [
      ['ArrowRight', 2],
      ['ArrowRight', 0],
      ['ArrowLeft', 2],
      ['Home', 0],
      ['End', 2],
    ] as const) {
      await press(document.activeElement as Element, key);
      expect([key, document.activeElement]).toEqual([key, list[place]]);
    }
  });

  test('name their panel, and are opened by a plain click only', async () => {
    const { chosen, list } = await open();
    const panel = document.querySelector('[role=tabpanel]');
    expect(panel?.getAttribute('aria-labelledby')).toBe(list[1]?.id);
    expect(list[0]?.getAttribute('aria-controls')).toBe(panel?.id);
    await click(list[0] as HTMLElement);
    await click(list[1] as HTMLElement);
    expect(chosen).toEqual(['a']);
    const withKey = new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: true });
    list[2]?.addEventListener('click', (event) => event.preventDefault());
    await act(async () => void list[2]?.dispatchEvent(withKey));
    expect(chosen).toEqual(['a']);
  });
});

describe('what is shown', () => {
  test('a state is a word with a picture, never a colour alone', async () => {
    for (const kind of ['well', 'off', 'wait', 'warn'] as const) {
      const page = await show(<StatusWord kind={kind}>Fine</StatusWord>);
      expect(page.querySelector('svg')).not.toBeNull();
      expect(textOf(page)).toContain('Fine');
    }
  });

  test('a notice has a picture and words, and interrupts only where it should', async () => {
    await show(
      <Notice tone="danger" role="alert" title="No">
        <p>Because</p>
      </Notice>,
    );
    expect(textOf(await find('alert'))).toBe('NoBecause');
    await show(
      <Notice tone="info">
        <p>By the way</p>
      </Notice>,
    );
    expect(all('alert')).toEqual([]);
    expect(document.querySelector('svg')).not.toBeNull();
  });

  test('a moment is read by people and machines, in one go', async () => {
    const at = Date.UTC(2026, 10, 22, 9, 4);
    const page = await show(<Moment at={at} zone="utc" />);
    const time = page.querySelector('time');
    expect(time?.getAttribute('datetime')).toBe('2026-11-22T09:04:00.000Z');
    expect(time?.getAttribute('title')).toBe(exactTime(at, 'utc'));
    expect(textOf(time)).toContain('UTC');
    // No line breaks between a number and its unit, in either language.
    expect(time?.textContent).not.toContain(' ');
    const brief = await show(<Moment at={at} brief />);
    expect(brief.querySelectorAll('time span')).toHaveLength(1);
  });

  test('facts are a list of names and values', async () => {
    const page = await show(
      <Facts
        facts={[
          ['One', 'first'],
          ['Two', <b key="b">second</b>],
        ]}
      />,
    );
    expect([...page.querySelectorAll('dt')].map(textOf)).toEqual(['One', 'Two']);
    expect([...page.querySelectorAll('dd')].map(textOf)).toEqual(['first', 'second']);
  });

  test('a card that can be gone to has a name', async () => {
    const page = await show(
      <Card id="mfa" title="MFA">
        <p>Body</p>
      </Card>,
    );
    const section = page.querySelector('section');
    expect([section?.id, section?.getAttribute('aria-label'), section?.tabIndex]).toEqual(['mfa', 'MFA', -1]);
  });

  test('a QR code is dark on white with a quiet zone, and has a name', async () => {
    const page = await show(<QrCode text="otpauth://totp/x?secret=ABC" label="A QR code" />);
    const code = page.querySelector('svg');
    expect([code?.getAttribute('role'), code?.getAttribute('aria-label')]).toEqual(['img', 'A QR code']);
    expect(page.querySelector('rect')?.getAttribute('fill')).toBe('#fff');
    const starts = [...(page.querySelector('path')?.getAttribute('d') ?? '').matchAll(/M(\d+) (\d+)/g)];
    expect(starts.length).toBeGreaterThan(100);
    expect(Math.min(...starts.map(([, x]) => Number(x)))).toBe(4);
    expect(Math.min(...starts.map(([, , y]) => Number(y)))).toBe(4);
  });
});

describe('what is said to screen readers', () => {
  test('the same words twice in a row are heard twice', async () => {
    await show(<LiveRegion />);
    const region = document.querySelector('[aria-live=polite]');
    await act(async () => announce('Copied'));
    const first = region?.textContent;
    await act(async () => announce('Copied'));
    expect([textOf(region), region?.textContent === first]).toEqual(['Copied', false]);
  });
});

describe('what a browser remembers', () => {
  test('language and colours, by cookies that outlive the session', () => {
    expect([chosenLanguage(), chosenScheme()]).toEqual([expect.anything(), 'auto']);
    rememberLanguage('en');
    rememberScheme('dark');
    expect([chosenLanguage(), chosenScheme()]).toEqual(['en', 'dark']);
    rememberScheme('auto');
    expect(chosenScheme()).toBe('auto');
    document.cookie = 'warifu-language=de; Path=/';
    expect(chosenLanguage()).toBeUndefined();
    expect(['ja', 'en']).toContain(browserLanguage());
  });
});

describe('numbers and times', () => {
  test.each([
    ['ja', 1, '1'],
    ['en', 1, '1 other session was ended.'],
    ['en', 2, '2 other sessions were ended.'],
  ] as const)('%s: %d', async (language, count, words) => {
    await show(<p />, language);
    expect(countText('receipt.sessions', count)).toContain(words);
  });

  test.each([
    [-30_000, 'now'],
    [-120_000, '2 minutes ago'],
    [-7_200_000, '2 hours ago'],
    [-172_800_000, '2 days ago'],
    [-5_300_000_000, '2 months ago'],
    [-70_000_000_000, '2 years ago'],
    [3_600_000, 'in 1 hour'],
  ])('%d ms from now is %s', async (passed, words) => {
    await show(<p />, 'en');
    const now = Date.UTC(2026, 10, 22);
    expect(relativeTime(now + passed, now).replaceAll('\u00a0', ' ')).toBe(words);
  });

  test('a time within the day is hours and minutes', async () => {
    await show(<p />, 'ja');
    expect(clockTime(new Date(2026, 10, 22, 9, 4).getTime())).toBe('09:04');
  });
});
