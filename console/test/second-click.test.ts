// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { guardSecondClicks, noteAnswer } from '../src/fields/second-click.ts';

guardSecondClicks();

let hits: string[] = [];
let now = 0;
const button = (name: string) => {
  const made = document.createElement('button');
  made.textContent = name;
  made.addEventListener('click', () => hits.push(name));
  document.body.append(made);
  return made;
};
const clickAt = (target: Element, x = 100, y = 100, detail = 1) => {
  const event = new MouseEvent('click', { bubbles: true, cancelable: true, clientX: x, clientY: y, detail });
  target.dispatchEvent(event);
  return event;
};

// The clock of the page is the only thing that is ours: how long people wait is what this is about.
beforeEach(() => {
  document.body.replaceChildren();
  hits = [];
  now += 10_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});

describe('the second click of a hasty pair', () => {
  test('does not hit what came under it', () => {
    const [save, remove] = [button('save'), button('remove')];
    clickAt(save);
    now += 300;
    const stray = clickAt(remove);
    expect(hits).toEqual(['save']);
    expect(stray.defaultPrevented).toBe(true);
  });

  test('hits what the first one hit, as a double click should', () => {
    const save = button('save');
    clickAt(save);
    now += 200;
    clickAt(save);
    expect(hits).toEqual(['save', 'save']);
  });

  test('counts from the answer to the first one, however long that took', () => {
    const [save, remove] = [button('save'), button('remove')];
    clickAt(save);
    now += 5000;
    noteAnswer();
    now += 300;
    clickAt(remove);
    expect(hits).toEqual(['save']);
    now += 700;
    clickAt(remove);
    expect(hits).toEqual(['save', 'remove']);
  });

  test('is one only at the same place', () => {
    const [save, remove] = [button('save'), button('remove')];
    clickAt(save, 100, 100);
    now += 100;
    clickAt(remove, 100, 140);
    expect(hits).toEqual(['save', 'remove']);
  });

  test('is none after something was typed or pasted: whoever did that has looked', () => {
    for (const kind of ['keydown', 'input']) {
      hits = [];
      const [save, remove] = [button('save'), button('remove')];
      clickAt(save);
      now += 100;
      document.body.dispatchEvent(new Event(kind, { bubbles: true }));
      clickAt(remove);
      expect([kind, hits]).toEqual([kind, ['save', 'remove']]);
      now += 10_000;
    }
  });

  test('of a keyboard or a program has no place, and is never one', () => {
    const [save, remove] = [button('save'), button('remove')];
    clickAt(save);
    now += 100;
    clickAt(remove, 100, 100, 0);
    expect(hits).toEqual(['save', 'remove']);
  });

  test('a third click is a new one', () => {
    const [save, remove] = [button('save'), button('remove')];
    clickAt(save);
    now += 100;
    clickAt(remove);
    now += 100;
    clickAt(remove);
    expect(hits).toEqual(['save', 'remove']);
  });

  test('inside of one control is one control', () => {
    const save = button('save');
    const icon = document.createElement('span');
    save.append(icon);
    clickAt(icon);
    now += 100;
    clickAt(save);
    expect(hits).toEqual(['save', 'save']);
  });
});
