import { NativeSelect, Skeleton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getServerState, type ReplyOf, sendTestMail } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { type EmailInfo, useEmails, usePurposes } from '../emails/emails.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { Facts, Moment } from '../look/facts.tsx';
import { Words } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import { StatusWord } from '../look/status-word.tsx';
import { mailState } from '../overview/overview.ts';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { useSession } from '../session/session.ts';
import { mailReason } from './mail-reason.ts';

type ServerState = ReplyOf<typeof getServerState>;
type TestResult = ReplyOf<typeof sendTestMail> & { readonly email: string };
const serverKey = ['server'];

/** How mails fare and what runs, for the root user. */
export function ServerCards() {
  const { operatorId } = useSession();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: serverKey,
    queryFn: async () => (await call(getServerState, { operator_id: operatorId })).reply,
  });
  if (isPending) return <Skeleton height={240} radius={10} />;
  if (error) return <FailureNotice error={error} onRetry={refetch} />;
  return (
    <>
      <MailCard mail={data.mail} />
      <HostCard state={data} />
    </>
  );
}

function MailCard({ mail }: { mail: ServerState['mail'] }) {
  const { t } = useText();
  const { waiting, oldestWaitingAt, lastSentAt, lastFailedAt, lastError } = mail;
  const state = mailState(mail);
  return (
    <Card title={t('server.mailTitle')}>
      {state === 'working' ? (
        <p>
          <StatusWord kind="well">{t('overview.mailStates.working')}</StatusWord>
        </p>
      ) : (
        // A sentence, which breaks where a word of state does not.
        <Notice tone="warn">{t(`overview.mailStates.${state}`)}</Notice>
      )}
      <Facts
        facts={[
          [t('server.waiting'), waiting],
          ...(oldestWaitingAt === undefined ? [] : [fact(t('server.oldest'), <Moment at={oldestWaitingAt} />)]),
          fact(t('server.lastSent'), lastSentAt === undefined ? t('server.never') : <Moment at={lastSentAt} />),
          ...(lastFailedAt === undefined
            ? []
            : [
                fact(t('server.lastFailed'), <Moment at={lastFailedAt} />),
                fact(t('server.reason'), <Reason error={lastError ?? ''} />),
              ]),
        ]}
      />
      {mail.smtp && <TestMail />}
    </Card>
  );
}

const fact = (name: string, value: React.ReactNode) => [name, value] as const;

function Reason({ error }: { error: string }) {
  const { t } = useText();
  return (
    <>
      <span>{t(mailReason(error))}</span> <code translate="no">{error}</code>
    </>
  );
}

/** The addresses must be there first: the form begins with the primary one. */
function TestMail() {
  const emails = useEmails();
  const purposes = usePurposes();
  const verified = emails.data?.filter((email) => email.verified) ?? [];
  const primary = purposes.data?.get('primary')?.[0];
  if (primary === undefined || verified.length === 0) return null;
  return <TestMailForm emails={verified} primary={primary} />;
}

function TestMailForm({ emails, primary }: { emails: readonly EmailInfo[]; primary: string }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const [result, setResult] = useState<TestResult>();
  const { set, field, busy, frame } = useSubmit({
    initial: { emailId: primary },
    check: {},
    send: async ({ emailId }) => {
      setResult(undefined);
      const { reply } = await call(sendTestMail, { operator_id: operatorId, emailId });
      setResult({ ...reply, email: emails.find((email) => email.emailId === emailId)?.email ?? '' });
      await queries.invalidateQueries({ queryKey: serverKey });
    },
  });
  return (
    <FormFrame state={frame}>
      <NativeSelect
        {...field('emailId')}
        onChange={(event) => set('emailId', event.currentTarget.value)}
        translate="no"
        size="md"
        label={t('server.testTo')}
        data={emails.map(({ emailId, email }) => ({ value: emailId, label: email }))}
      />
      <div>
        <SubmitButton busy={busy} busyText={t('server.testing')} variant="default">
          {t('server.test')}
        </SubmitButton>
      </div>
      {result && <TestOutcome result={result} />}
    </FormFrame>
  );
}

function TestOutcome({ result: { result, error, email } }: { result: TestResult }) {
  const { t } = useText();
  if (result === 'failed') {
    return (
      <Notice tone="danger" role="alert" title={t('server.testFailed')}>
        <p>
          <Reason error={error ?? ''} />
        </p>
      </Notice>
    );
  }
  return (
    <Notice tone={result === 'accepted' ? 'well' : 'warn'} role="status">
      <p>
        <Words>{t(result === 'accepted' ? 'server.testAccepted' : 'server.testKept', { email: named(email) })}</Words>
      </p>
    </Notice>
  );
}

const engines = { sqlite: 'SQLite', postgresql: 'PostgreSQL' };

function HostCard({ state: { version, host } }: { state: ServerState }) {
  const { t } = useText();
  const lastBackup = host?.lastBackupAt;
  return (
    <Card title={t('server.hostTitle')}>
      <Facts
        facts={[
          fact(t('server.version'), <code translate="no">{version}</code>),
          ...(host
            ? [
                fact(
                  t('server.database'),
                  <code translate="no">{`${engines[host.database.engine]} ${host.database.version}`}</code>,
                ),
                fact(
                  t('server.lastBackup'),
                  lastBackup === undefined ? t('server.noBackup') : <Moment at={lastBackup} />,
                ),
              ]
            : []),
        ]}
      />
    </Card>
  );
}
