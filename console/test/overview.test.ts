import { expect, test } from 'vitest';
import { mailState } from '../src/overview/overview.ts';

test.each([
  ['off', { smtp: false, waiting: 3 }],
  ['unused', { smtp: true, waiting: 0 }],
  ['working', { smtp: true, waiting: 0, lastSentAt: 2, lastFailedAt: 1 }],
  ['failing', { smtp: true, waiting: 1, lastSentAt: 1, lastFailedAt: 2 }],
  ['failing', { smtp: true, waiting: 1, lastFailedAt: 2 }],
] as const)('mails are %s', (state, mail) => {
  expect(mailState(mail)).toBe(state);
});
