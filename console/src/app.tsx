import './look/kit-app.ts';
import { createRoot } from 'react-dom/client';
import { connectSession } from './api.ts';
import { guardSecondClicks } from './fields/second-click.ts';
import { App, newQueries } from './frame/app.tsx';
import { startLanguage } from './language.ts';
import { common as commonEn } from './locales/en/common.ts';
import { security as securityEn } from './locales/en/security.ts';
import { common as commonJa } from './locales/ja/common.ts';
import { security as securityJa } from './locales/ja/security.ts';
import { router } from './router.tsx';
import { noteActivity } from './session/activity.ts';
import { confirmIdentity, signInAgain } from './session/ask-identity.ts';
import { confirmLoss } from './session/ask-last-way.ts';
import { leaveForSignIn } from './session/leave.ts';
import { sessionQuery } from './session/session.ts';

const queries = newQueries();

connectSession({
  confirmIdentity,
  confirmLoss,
  sessionReplaced,
  sessionEnded,
  mustEnrol: () => {
    // On that page the address says which step is open.
    if (location.pathname !== '/security/mfa') {
      // The banner says by which rule, which may be newer than the session as it was read.
      void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      void router.navigate({ to: '/security/mfa' });
    }
  },
  sessionUsed: noteActivity,
});

async function sessionReplaced(): Promise<boolean> {
  const before = queries.getQueryData(sessionQuery.queryKey);
  const now = await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
  const same = before?.operatorId === now.operatorId && before.userName === now.userName;
  // What this tab shows belongs to somebody else.
  if (!same) location.reload();
  return same;
}

async function sessionEnded(): Promise<boolean> {
  const session = queries.getQueryData(sessionQuery.queryKey);
  // Whoever was switched to may have a password that this person does not know.
  if (session && !session.switchedFrom && (await signInAgain())) return true;
  leaveForSignIn(session !== undefined, session);
  return false;
}

// A page that comes back from the browser's cache may be that of somebody who has logged out.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

guardSecondClicks();
startLanguage({ ...commonJa, ...securityJa }, { ...commonEn, ...securityEn });
const root = document.getElementById('root');
if (root) createRoot(root).render(<App queries={queries} />);
