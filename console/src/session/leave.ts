import { logout } from '@warifu/contract';
import { call } from '../api.ts';
import { tellOthersItEnded } from './activity.ts';
import type { Session } from './session.ts';

/** To the sign-in page, which leads back here. The person is told why when a session was cut off. */
export function leaveForSignIn(wasCutOff: boolean, session: Session | undefined) {
  const next = location.pathname + location.search;
  const query = new URLSearchParams(next === '/' ? {} : { next });
  if (wasCutOff) query.set('notice', 'session-end');
  keepKind(query, session);
  location.replace(`/login${query.size > 0 ? `?${query}` : ''}`);
}

export async function logOut(session: Session) {
  await call(logout, {});
  tellOthersItEnded();
  const query = new URLSearchParams({ notice: 'logged-out' });
  keepKind(query, session);
  location.replace(`/login?${query}`);
}

/** A SAM user comes back to its own form, with the operator filled in; who had switched, to that of its own. */
function keepKind(query: URLSearchParams, session: Session | undefined) {
  const who = session?.switchedFrom ?? session;
  if (who?.userName === undefined) return;
  query.set('as', 'sam');
  query.set('operator', who.operatorId);
}
