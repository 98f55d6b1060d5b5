// @vitest-environment happy-dom
import { TextInput } from '@mantine/core';
import { act, useState } from 'react';
import { afterEach, describe, expect, test } from 'vitest';
import { LiveRegion } from '../src/announce.tsx';
import { failure, gaveUp } from '../src/failure.ts';
import { BackupCodeField } from '../src/fields/backup-code-field.tsx';
import { filled } from '../src/fields/checks.ts';
import { CodeField } from '../src/fields/code-field.tsx';
import { FormFrame } from '../src/fields/form-frame.tsx';
import { NewPasswordField } from '../src/fields/new-password-field.tsx';
import { PasswordField } from '../src/fields/password-field.tsx';
import { SubmitButton } from '../src/fields/submit-button.tsx';
import { useSubmit } from '../src/fields/use-submit.ts';
import { chooseLanguage, translate as t } from '../src/language.ts';
import { CopyButton } from '../src/look/copy-button.tsx';
import { all, click, find, submit, textOf, type, until } from './support/page.ts';
import { show } from './support/render.tsx';

type Sent = Record<string, string>;

/** A form with two fields, of which what is sent is kept; the answer is the test's. */
function Form({ answer, sent }: { answer: () => Promise<void>; sent: Sent[] }) {
  const { field, busy, frame } = useSubmit({
    initial: { email: '', password: '' },
    check: { email: filled(t, 'Email'), password: filled(t, 'Password') },
    send: async (values) => {
      sent.push(values);
      await answer();
    },
  });
  return (
    <FormFrame state={frame}>
      <TextInput {...field('email')} label="Email" />
      <PasswordField {...field('password')} label="Password" autoComplete="current-password" />
      <SubmitButton busy={busy} busyText="Working…">
        Send
      </SubmitButton>
    </FormFrame>
  );
}

const open = async (answer: () => Promise<void> = async () => {}) => {
  const sent: Sent[] = [];
  await show(<Form answer={answer} sent={sent} />);
  return sent;
};
const fill = async () => {
  await type(await find('field', 'Email'), 'a@example.com');
  await type(await find('field', 'Password'), 'secret');
};

describe('a form', () => {
  test('sends what was typed', async () => {
    const sent = await open();
    await fill();
    await submit(await find('field', 'Email'));
    expect(sent).toEqual([{ email: 'a@example.com', password: 'secret' }]);
    expect(all('alert')).toEqual([]);
  });

  test('with one thing missing goes to that field, with more to a list that leads to them', async () => {
    const sent = await open();
    await type(await find('field', 'Email'), 'a@example.com');
    await submit(await find('field', 'Email'));
    await until(() => document.activeElement?.getAttribute('name') === 'password', 'the field');
    expect(all('alert')).toEqual([]);
    await type(await find('field', 'Email'), '');
    await submit(await find('field', 'Email'));
    const summary = await find('alert');
    expect(textOf(summary)).toContain(t('errors.summary'));
    await until(() => document.activeElement === summary, 'the list');
    const before = location.hash;
    await click(all('link', undefined, summary)[0] as HTMLElement);
    expect(document.activeElement?.getAttribute('name')).toBe('email');
    // Addresses carry tokens behind their `#` on some pages: nothing else is put there.
    expect(location.hash).toBe(before);
    expect(sent).toEqual([]);
  });

  test('marks a wrong field for screen readers, passwords too, until something else is typed', async () => {
    await open();
    await submit(await find('field', 'Email'));
    for (const name of ['Email', 'Password']) {
      const field = await find('field', name);
      expect([name, field.getAttribute('aria-invalid')]).toEqual([name, 'true']);
      const words = (field.getAttribute('aria-describedby') ?? '')
        .split(' ')
        .map((id) => textOf(document.getElementById(id)));
      expect(words.join()).toContain(name);
      await type(field, 'x');
      expect([name, field.getAttribute('aria-invalid')]).not.toEqual([name, 'true']);
    }
  });

  test('a failure that is about a field stands at it, any other at the end', async () => {
    await open(async () => {
      throw failure({ code: 'AUM0011', status: 400 });
    });
    await fill();
    await submit(await find('field', 'Email'));
    const alert = await find('alert');
    expect(textOf(alert)).toBe(t('errors.PW_WRONG'));
    const password = await find('field', 'Password');
    expect(password.getAttribute('aria-invalid')).toBe('true');
    await until(() => document.activeElement === password, 'the focus');
    await type(password, 'other');
    expect(all('alert')).toEqual([]);
  });

  test('nothing that an answer brings stands before a button', async () => {
    await open(async () => {
      throw failure({ code: 'COM0503', status: 503 });
    });
    await fill();
    await submit(await find('field', 'Email'));
    const alert = await find('alert');
    for (const button of all('button')) {
      expect(button.compareDocumentPosition(alert) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    }
  });

  test('a person who gave up proving who it is needs no words about it', async () => {
    await open(async () => {
      throw failure({ code: gaveUp, status: 403 });
    });
    await fill();
    await submit(await find('field', 'Email'));
    expect(all('alert')).toEqual([]);
  });

  test('is sent once, however often it is sent meanwhile, and again after the answer', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sent = await open(() => promise);
    await fill();
    for (let times = 0; times < 3; times++) await submit(await find('field', 'Email'));
    expect(sent).toHaveLength(1);
    await act(async () => resolve());
    await submit(await find('field', 'Email'));
    expect(sent).toHaveLength(2);
  });

  test('the words at its fields go when the language changes: they were made in the other', async () => {
    await open();
    await submit(await find('field', 'Email'));
    expect(all('alert')).toHaveLength(1);
    await act(async () => chooseLanguage('ja'));
    expect(all('alert')).toEqual([]);
  });
});

describe('a button that works', () => {
  test('keeps its focus and its place, says so after a moment, and does nothing more', async () => {
    let pressed = 0;
    const button = (busy: boolean) => (
      <>
        <SubmitButton type="button" busy={busy} busyText="Working…" onClick={() => (pressed += 1)}>
          Go
        </SubmitButton>
        <LiveRegion />
      </>
    );
    await show(button(false));
    await click(await find('button', 'Go'));
    expect(pressed).toBe(1);
    await show(button(true));
    const working = all('button')[0] as HTMLElement;
    expect(working.getAttribute('aria-disabled')).toBe('true');
    expect(working).toHaveProperty('disabled', false);
    await click(working);
    expect(pressed).toBe(1);
    await until(() => textOf(working) === 'Working…', 'the words');
    expect(textOf(document.querySelector('[aria-live=polite]'))).toContain('Working…');
  });
});

describe('a code', () => {
  function CodeForm({ sent }: { sent: string[] }) {
    const { field, frame } = useSubmit({
      initial: { code: '' },
      check: {},
      send: async ({ code }) => {
        sent.push(code);
        throw failure({ code: 'MFA0007', status: 400 });
      },
    });
    return (
      <FormFrame state={frame}>
        <CodeField {...field('code')} />
      </FormFrame>
    );
  }

  test('that arrives at once is sent at once, the second time as well; one typed by hand waits', async () => {
    const sent: string[] = [];
    await show(<CodeForm sent={sent} />);
    const field = await find('field', t('field.code'));
    await type(field, '123 456');
    await until(() => sent.length === 1, 'the first');
    await until(() => (field as HTMLInputElement).value === '', 'an empty field: a refused code is of no use');
    await type(field, '654321');
    await until(() => sent.length === 2, 'the second');
    await until(() => (field as HTMLInputElement).value === '', 'an empty field');
    for (const typed of ['1', '12', '123', '1234', '12345', '123456']) await type(field, typed);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sent).toEqual(['123 456', '654321']);
    await submit(field);
    expect(sent).toHaveLength(3);
  });
});

describe('a backup code', () => {
  let picked: string[] = [];
  afterEach(() => {
    picked = [];
  });
  const alone = <BackupCodeField id="code" name="code" value="" onPick={(code) => picked.push(code)} />;
  const paste = async (text: string, field = alone) => {
    await show(field);
    const input = await find('field', t('field.backupCode'));
    const event = new Event('paste', { bubbles: true, cancelable: true });
    Object.assign(event, { clipboardData: { getData: () => text } });
    await act(async () => void input.dispatchEvent(event));
    return event;
  };

  test('pasted alone is taken, in the middle of whatever is around it', async () => {
    await paste('  abcd-efgq ');
    expect(picked).toEqual(['ABCDEFGQ']);
  });

  test('of a whole list, one line has to be picked, and each is a button', async () => {
    const event = await paste('Warifu backup codes\nABCD234U\nEFGH678B\nJKMN2348\n\nnever share them');
    expect(event.defaultPrevented).toBe(true);
    expect(picked).toEqual([]);
    expect(textOf(await find('alert'))).toContain(t('field.oneLineOnly'));
    expect(all('button').map(textOf)).toEqual(['ABCD234U', 'EFGH678B', 'JKMN2348']);
    expect(document.activeElement).toBe(all('button')[0]);
    await click(all('button')[1] as HTMLElement);
    expect(picked).toEqual(['EFGH678B']);
    expect(all('alert')).toEqual([]);
  });

  test('whoever types one goes on without the list', async () => {
    const Typing = () => {
      const [value, setValue] = useState('');
      return (
        <>
          <BackupCodeField id="code" name="code" value={value} onPick={setValue} />
          <button type="button" onClick={() => setValue('A')}>
            type
          </button>
        </>
      );
    };
    await paste('ABCD234U\nEFGH678B', <Typing />);
    expect(all('alert')).toHaveLength(1);
    await click(await find('button', 'type'));
    expect(all('alert')).toEqual([]);
  });

  test('what is no code is pasted as it is', async () => {
    const event = await paste('hello');
    expect(event.defaultPrevented).toBe(false);
    expect(picked).toEqual([]);
  });
});

describe('a new password', () => {
  const meter = () => document.querySelector('[role=meter]');
  test.each([
    ['', 0, 'none'],
    ['short', 1, 'short'],
    ['twelve chars', 2, 'enough'],
    ['twenty characters ok', 3, 'long'],
  ] as const)('%s: level %d', async (value, level, words) => {
    await show(<NewPasswordField id="p" name="p" label="New" value={value} min={12} />);
    expect(meter()?.getAttribute('aria-valuenow')).toBe(String(level));
    expect(meter()?.getAttribute('aria-valuetext')).toBe(t(`passwordRule.levels.${words}`));
  });

  test('lists its rules beside the field, each with a word and not by colour alone', async () => {
    const email = 'a-long-address@example.com';
    await show(<NewPasswordField id="p" name="p" label="New" value={email} min={12} email={email} />);
    const items = [...document.querySelectorAll('ul li')].map(textOf);
    expect(items[0]).toContain(t('passwordRule.met'));
    expect(items[1]).toContain(t('passwordRule.unmet'));
    expect(items[2]).toBe(t('passwordRule.common'));
    const field = await find('field', 'New');
    expect(field.getAttribute('aria-describedby')).toContain(document.querySelector('ul')?.id);
    expect(field.getAttribute('autocomplete')).toBe('new-password');
    // Whoever pastes a password of a manager is not cut short.
    expect(field.getAttribute('maxlength')).toBeNull();
  });
});

describe('copying', () => {
  const withClipboard = (writeText: (text: string) => Promise<void>) =>
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });

  test('says so on the button and to screen readers, and tells who wants to know', async () => {
    const copied: string[] = [];
    let told = 0;
    withClipboard(async (text) => void copied.push(text));
    await show(
      <>
        <CopyButton text="keyId-1" label="Copy" onCopied={() => (told += 1)} />
        <LiveRegion />
      </>,
    );
    await click(await find('button', 'Copy'));
    await until(() => textOf(all('button')[0]) === t('action.copied'), 'the word on the button');
    expect([copied, told]).toEqual([['keyId-1'], 1]);
    expect(textOf(document.querySelector('[aria-live=polite]'))).toContain(t('action.copied'));
  });

  test('that fails says how else to do it', async () => {
    withClipboard(async () => {
      throw new Error('not allowed');
    });
    await show(
      <>
        <CopyButton text="x" label="Copy" iconOnly />
        <LiveRegion />
      </>,
    );
    await click(await find('button', 'Copy'));
    await until(
      () => textOf(document.querySelector('[aria-live=polite]')).includes(t('action.copyFailed')),
      'the words',
    );
  });
});
