import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { announce } from '../announce.tsx';
import { asFailure, type Failure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';
import { useServerFacts } from './server-facts.ts';

type MailSentProps = {
  body: string;
  email: string | undefined;
  /** Where the form is. */
  startOver: string;
  /** Absent after a reload, when what was typed is gone. */
  sendAgain: (() => Promise<unknown>) | undefined;
};

/** The same page for every outcome, so that it tells nobody which accounts exist. */
export function MailSent({ body, email, startOver, sendAgain }: MailSentProps) {
  const { t } = useText();
  const { facts } = useServerFacts();
  return (
    <Page title={t('sent.title')} lead={body}>
      {email && <p>{t('sent.address', { address: masked(email) })}</p>}
      {facts?.mailPreview && (
        <Notice tone="info">
          <p>{t('frame.mailPreviewNote')}</p>
          <a href="/mail-preview">{t('frame.mailPreview')}</a>
        </Notice>
      )}
      <section className="stack-tight" aria-labelledby="not-arrived">
        <h2 id="not-arrived">{t('sent.notArrived')}</h2>
        <ul>
          <li>{t('sent.hints.spam')}</li>
          <li>{t('sent.hints.address')}</li>
          <li>{t('sent.hints.wait')}</li>
        </ul>
      </section>
      {sendAgain && <SendAgain sendAgain={sendAgain} />}
      <div className={css.links}>
        <PageLink to={startOver} {...(email ? { carry: { email } } : {})}>
          {t('sent.startOver')}
        </PageLink>
        <PageLink to="/login">{t('reset.backToLogin')}</PageLink>
      </div>
    </Page>
  );
}

// Enough to notice a slip of the finger, too little to read over a shoulder.
function masked(email: string): string {
  const [name = '', ...domain] = email.split('@');
  return `${name.slice(0, 2)}•••@${domain.join('@')}`;
}

const pause = 60;

function SendAgain({ sendAgain }: { sendAgain: () => Promise<unknown> }) {
  const { t } = useText();
  const [left, restart] = useCountdown(pause);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const send = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await sendAgain();
      announce(t('sent.againDone'));
      restart();
    } catch (error) {
      setFailure(asFailure(error));
    }
    setBusy(false);
  };
  return (
    <div className="stack-tight">
      {left > 0 ? (
        <Button variant="default" aria-disabled="true" data-disabled>
          {t('sent.againIn', { seconds: left })}
        </Button>
      ) : (
        <SubmitButton variant="default" type="button" busy={busy} busyText={t('action.working')} onClick={send}>
          {t('sent.again')}
        </SubmitButton>
      )}
      {failure && (
        <Notice tone="danger" role="alert">
          <p>{describeFailure(failure, t)}</p>
        </Notice>
      )}
    </div>
  );
}

function useCountdown(from: number): [number, () => void] {
  const [until, setUntil] = useState(() => Date.now() + from * 1000);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return [Math.max(0, Math.ceil((until - now) / 1000)), () => setUntil(Date.now() + from * 1000)];
}
