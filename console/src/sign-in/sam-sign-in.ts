import { rememberedOperator } from '../preferences.ts';

/** Which kind of user is logging in: what the address says, else a SAM user where an operator ID was kept. */
export function isSamSignIn(search = location.search): boolean {
  const kind = new URLSearchParams(search).get('as');
  return kind === null ? rememberedOperator() !== '' : kind === 'sam';
}

/** The operator ID to fill in: from the address of an invitation, else the one kept on this browser. */
export function knownOperator(search = location.search): string {
  return new URLSearchParams(search).get('operator') ?? rememberedOperator();
}

/** The address of the form for one kind of user; where the person wanted to go is kept. */
export function loginAddress(kind: 'root' | 'sam', search = location.search): string {
  const query = new URLSearchParams(search);
  query.set('as', kind);
  query.delete('notice');
  if (kind === 'root') query.delete('operator');
  return `/login?${query}`;
}
