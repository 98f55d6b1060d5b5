import { beforeEach } from 'vitest';

/** The tests of this block are the steps of one walk: after one that failed, the others would only wait in vain. */
export function inOrder(): void {
  let failed = false;
  beforeEach((context) => {
    if (failed) context.skip('an earlier step failed');
    context.onTestFailed(() => {
      failed = true;
    });
  });
}
