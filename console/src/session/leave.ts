import { logout } from '@warifu/contract';
import { call } from '../api.ts';
import { tellOthersItEnded } from './activity.ts';

/** To the sign-in page, which leads back here. The person is told why when a session was cut off. */
export function leaveForSignIn(wasSignedIn: boolean) {
  const next = location.pathname + location.search;
  const query = new URLSearchParams(next === '/' ? {} : { next });
  if (wasSignedIn) query.set('notice', 'session-end');
  location.replace(`/login${query.size > 0 ? `?${query}` : ''}`);
}

export async function logOut() {
  await call(logout, {});
  tellOthersItEnded();
  location.replace('/login?notice=logged-out');
}
