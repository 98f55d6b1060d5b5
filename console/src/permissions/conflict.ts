import { failure } from '../failure.ts';
import type { Translate } from '../language.ts';

/** Stops a save that would overwrite what somebody else saved meanwhile; the newer text is on the page then. */
export function assertUnchanged(latest: string | undefined, base: string, t: Translate) {
  if (latest !== undefined && latest !== base) {
    throw failure({ code: 'CONFLICT', status: 412, message: t('editor.conflict') });
  }
}
