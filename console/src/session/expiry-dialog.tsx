import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useText } from '../language.ts';
import { Dialog, DialogFoot } from '../look/dialog.tsx';
import { clockTime } from '../time.ts';
import { lastActivity } from './activity.ts';
import { signInAgain } from './ask-identity.ts';
import { type Session, sessionQuery, useSession } from './session.ts';

type End = { at: number; reason: 'idle' | 'absolute' };
const warning = 60_000;

function endOf(session: Session): End {
  const idle = lastActivity() + session.idleSeconds * 1000;
  return idle < session.endsAt ? { at: idle, reason: 'idle' } : { at: session.endsAt, reason: 'absolute' };
}

/** Tells a minute before the session ends, and offers to go on where that is possible (WCAG 2.2.1). */
export function ExpiryDialog() {
  const { t } = useText();
  const session = useSession();
  const queries = useQueryClient();
  const [ending, setEnding] = useState<End>();
  const [waved, setWaved] = useState(0);

  useEffect(() => {
    const timer = setInterval(() => {
      const end = endOf(session);
      const left = end.at - Date.now();
      setEnding((shown) => (left > warning ? undefined : shown?.at === end.at ? shown : end));
      // The server decides; without a session this leads to the sign-in page.
      if (left < -1000) queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    }, 1000);
    return () => clearInterval(timer);
  }, [session, queries]);

  const stay = () => {
    if (ending?.reason === 'absolute') setWaved(ending.at);
    queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  const opened = ending !== undefined && ending.at !== waved;
  return (
    <Dialog title={t('expiry.title')} opened={opened} onClose={stay}>
      {ending && (
        <div className="stack">
          <p>{t(`expiry.${ending.reason}`, { time: clockTime(ending.at) })}</p>
          <DialogFoot>
            {ending.reason === 'absolute' && (
              <Button variant="default" onClick={() => void signInAgain()}>
                {t('expiry.logInAgain')}
              </Button>
            )}
            <Button onClick={stay} data-autofocus>
              {t('expiry.stay')}
            </Button>
          </DialogFoot>
        </div>
      )}
    </Dialog>
  );
}
