import { describe, expect, it } from 'vitest';
import { createHasher } from '../../src/crypto/passwords.ts';
import { createPlaces } from '../../src/crypto/places.ts';
import { Failure } from '../../src/failure.ts';

const hasher = createHasher({ slots: 2 });

describe('R02: a password is verified as it was sent', () => {
  it('counts every character of a long one, the first and the last', async () => {
    const password = Array.from({ length: 100 }, (_, i) => String.fromCharCode(33 + ((i * 7) % 90))).join('');
    const stored = await hasher.hash(password);
    expect(await hasher.verify(stored, password)).toBe(true);
    expect(await hasher.verify(stored, `${password.slice(0, -1)}~`)).toBe(false);
    expect(await hasher.verify(stored, `~${password.slice(1)}`)).toBe(false);
    expect(await hasher.verify(stored, password.slice(0, 72))).toBe(false);
    expect(await hasher.verify(stored, `${password}x`)).toBe(false);
  });
  it('does not trim, fold case, or stop at NUL', async () => {
    const stored = await hasher.hash(' Ab cd\tEf ');
    for (const other of ['Ab cd\tEf', ' ab cd\tef ', ' Ab cd\tEf', ' Ab cd Ef ', ' Ab cd\tEf \0x']) {
      expect([other, await hasher.verify(stored, other)]).toEqual([other, false]);
    }
    expect(await hasher.verify(stored, ' Ab cd\tEf ')).toBe(true);
  });
  it('takes é composed and decomposed as one, ﬁ and fi as two', async () => {
    const stored = await hasher.hash('caf\u00e9 ﬁne');
    expect(await hasher.verify(stored, 'cafe\u0301 ﬁne')).toBe(true);
    expect(await hasher.verify(stored, 'caf\u00e9 fine')).toBe(false);
  });
});

describe('R07: how a password is stored', () => {
  it('is argon2id at the floor, with a salt and a tag of their own for each row', async () => {
    const [one, two] = [await hasher.hash('one password'), await hasher.hash('one password')];
    for (const stored of [one, two]) {
      expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    }
    expect(one.split('$')[4]).not.toBe(two.split('$')[4]);
    expect(one.split('$')[5]).not.toBe(two.split('$')[5]);
  });
  it.each([undefined, '', '$', '$argon2id$v=19$m=19456,t=2,p=1$$', '$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA', 'plain'])(
    'opens nothing with %j for a row, and does the same work',
    async (stored) => {
      expect(await hasher.verify(stored, 'one password')).toBe(false);
      expect(await hasher.verify(stored, '')).toBe(false);
    },
  );
});

describe('R68: hashing has bounds', () => {
  it('lets 64 wait and tells the others to come back', async () => {
    const narrow = createHasher({ slots: 1 });
    const inPlace = async () => {
      const leave = await narrow.enter('strange');
      return await narrow.verify(undefined, 'x').finally(leave);
    };
    const results = await Promise.allSettled(Array.from({ length: 80 }, inPlace));
    const refused = results.filter((result) => result.status === 'rejected');
    // One runs, 64 wait; of those some may wait for more than a second on a slow machine.
    expect(refused.length).toBeGreaterThanOrEqual(15);
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(Failure);
      expect((reason as Failure).code).toBe('COM0503');
      expect((reason as Failure).retryAfterSeconds).toBe(1);
    }
    expect(results.some((result) => result.status === 'fulfilled')).toBe(true);
    // No place is lost by those who gave up.
    expect(await narrow.verify(await narrow.hash('y'), 'y')).toBe(true);
    await narrow.enter('strange');
  });

  it('a storm of strangers leaves a place for who is known, and the other way round', async () => {
    const { enter } = createPlaces(2);
    const order: string[] = [];
    const strangers = [await enter('strange'), await enter('strange')];
    const waiting = enter('strange').then((leave) => (order.push('strange'), leave));
    const known = [await enter('known'), await enter('known')];
    const waitingKnown = enter('known').then((leave) => (order.push('known'), leave));
    strangers[0]?.();
    // Whoever is known goes first, though it came last.
    const leaveKnown = await waitingKnown;
    expect(order).toEqual(['known']);
    leaveKnown();
    const leaveStrange = await waiting;
    for (const leave of [strangers[1], leaveStrange, ...known]) leave?.();
    const many = [await enter('known'), await enter('known'), await enter('known')];
    const fourth = enter('known').catch((error: Failure) => error.code);
    const stranger = await enter('strange');
    expect(await fourth, 'the last place is not for it').toBe('COM0503');
    for (const leave of [stranger, ...many]) leave();
    // Left twice is left once.
    stranger();
    const all = [await enter('strange'), await enter('strange')];
    const third = enter('strange').catch((error: Failure) => error.code);
    expect(await third, 'half of the places are all that strangers get').toBe('COM0503');
    for (const leave of all) leave();
  });
});
