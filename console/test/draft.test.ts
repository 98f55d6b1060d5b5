import { describe, expect, test } from 'vitest';
import { asFailure, failure } from '../src/failure.ts';
import { rereadOnConflict } from '../src/permissions/conflict.ts';
import { followSaved, isConflict, type Saved, saveDraft } from '../src/permissions/editor/draft.ts';

const changed = () => failure({ code: 'COM0412', status: 412 });
const saved = (text: string, tag = `"${text}"`): Saved => ({ text, tag });

describe('a draft while something else is saved', () => {
  test('follows it where nothing was typed', () => {
    expect(followSaved({ text: 'a', base: saved('a') }, saved('b'))).toEqual({ text: 'b', base: saved('b') });
    const empty = { text: '{}', base: saved('') };
    expect(followSaved(empty, saved('b'), '{}')).toEqual({ text: 'b', base: saved('b') });
    expect(followSaved({ text: 'a', base: saved('a') }, saved(''), '{}')).toEqual({ text: '{}', base: saved('') });
  });

  test('keeps what was typed, on the base on which it was typed', () => {
    const draft = { text: 'mine', base: saved('a') };
    expect(followSaved(draft, saved('theirs'))).toBe(draft);
  });

  test('goes on from its own text once that is saved', () => {
    expect(followSaved({ text: 'mine', base: saved('a') }, saved('mine'))).toEqual({
      text: 'mine',
      base: saved('mine'),
    });
  });
});

describe('saving', () => {
  /** A server that holds one text, and takes another only under its tag. */
  function server(text: string) {
    let now = saved(text);
    const sent: (string | undefined)[] = [];
    return {
      sent,
      now: () => now,
      set: (next: Saved) => {
        now = next;
      },
      send: async (next: string, tag: string | undefined) => {
        sent.push(tag);
        if (tag !== now.tag) throw changed();
        now = saved(next);
      },
      latest: async () => now,
    };
  }

  test('names the tag that the person saw, and no newer one', async () => {
    const { send, latest, sent, now } = server('a');
    expect(await saveDraft({ text: 'mine', base: saved('a') }, send, latest)).toBeUndefined();
    expect([sent, now().text]).toEqual([['"a"'], 'mine']);
  });

  test('does nothing where somebody else saved another text, and gives that', async () => {
    const { send, latest, sent, now } = server('theirs');
    expect(await saveDraft({ text: 'mine', base: saved('a') }, send, latest)).toEqual(saved('theirs'));
    expect([sent, now().text]).toEqual([['"a"'], 'theirs']);
  });

  test('over theirs goes once, and not over what a third one saved meanwhile', async () => {
    const { send, latest, now, set } = server('theirs');
    set(saved('third'));
    expect(await saveDraft({ text: 'mine', base: saved('theirs') }, send, latest)).toEqual(saved('third'));
    expect(await saveDraft({ text: 'mine', base: saved('third') }, send, latest)).toBeUndefined();
    expect(now().text).toBe('mine');
  });

  test('goes on where only something beside the text was changed', async () => {
    const { send, latest, sent, set, now } = server('a');
    set(saved('a', '"other description"'));
    expect(await saveDraft({ text: 'mine', base: saved('a') }, send, latest)).toBeUndefined();
    expect([sent, now().text]).toEqual([['"a"', '"other description"'], 'mine']);
  });

  test('is done where somebody else saved the very same', async () => {
    const { send, latest, now } = server('mine');
    expect(await saveDraft({ text: 'mine', base: saved('a') }, send, latest)).toBeUndefined();
    expect(now().text).toBe('mine');
  });

  test('does not go round for ever with a server that never agrees', async () => {
    let tries = 0;
    const send = async () => {
      tries++;
      throw changed();
    };
    expect(await saveDraft({ text: 'mine', base: saved('a') }, send, async () => saved('a'))).toEqual(saved('a'));
    expect(tries).toBe(1);
  });

  test('lets every other failure through', async () => {
    const send = async () => {
      throw failure({ code: 'AUM0030', status: 400 });
    };
    const result = saveDraft({ text: 'mine', base: saved('a') }, send, async () => saved('a'));
    expect(asFailure(await result.catch((error: unknown) => error)).code).toBe('AUM0030');
    expect(isConflict(new Error('x'))).toBe(false);
  });
});

describe('deleting', () => {
  test('what somebody else changed is read anew and said', async () => {
    let read = 0;
    const work = async () => {
      throw changed();
    };
    const result = rereadOnConflict(work, async () => read++).catch((error: unknown) => error);
    expect([asFailure(await result).code, read]).toEqual(['COM0412', 1]);
    await rereadOnConflict(
      async () => {},
      async () => read++,
    );
    expect(read).toBe(1);
  });
});
