import '../locales/later.ts';
import { Button, Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Card, Page } from '../frame/page.tsx';
import { type Params, useText } from '../language.ts';
import type { TextKey } from '../locales/catalogue.ts';
import { focusPageTitle } from '../look/focus.ts';
import { Notice } from '../look/notice.tsx';
import { showOutcome } from '../outcome.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { useSession } from '../session/session.ts';
import { UserEmailCard } from '../users/user-email-card.tsx';
import { AddEmailDialog } from './add-email-dialog.tsx';
import { DeleteEmailDialog } from './delete-email-dialog.tsx';
import { EmailTable } from './email-table.tsx';
import { type EmailInfo, emailsKey, type Purpose, useEmails, usePurposes } from './emails.ts';
import { PrimaryDialog } from './primary-dialog.tsx';
import { PurposeDialog } from './purpose-dialog.tsx';
import { PurposesCard } from './purposes-card.tsx';

const route = getRouteApi('/security/emails');

/** The operator's addresses, which are the root user's; a SAM user has its own. */
export function EmailsPage() {
  const { t } = useText();
  const { userName } = useSession();
  if (userName !== undefined) {
    return (
      <Page title={t('emails.title')}>
        <UserEmailCard userName={userName} />
      </Page>
    );
  }
  return (
    <Page title={t('emails.title')} lead={t('emails.lead')}>
      <Emails />
    </Page>
  );
}

function Emails() {
  const { t } = useText();
  const navigate = route.useNavigate();
  const { data, error, isPending, refetch } = useEmails();
  const uses = usePurposes();
  const verified = data?.filter((email) => email.verified) ?? [];
  return (
    <>
      {(error ?? uses.error) && <FailureNotice error={error ?? uses.error} onRetry={refetch} />}
      {isPending && <Skeleton height={240} radius={10} />}
      {data && uses.data && (
        <>
          {verified.length < 2 && (
            <Notice tone="warn">
              <p>{t('emails.onlyOne')}</p>
            </Notice>
          )}
          <Card>
            <EmailTable
              emails={data}
              uses={uses.data}
              onDelete={(id) => navigate({ search: { dialog: 'delete', id } })}
              onResent={(email) => showOutcome('emails.resent', undefined, { email })}
            />
            <div>
              <Button onClick={() => navigate({ search: { dialog: 'add' } })}>{t('emails.add')}</Button>
            </div>
          </Card>
          <PurposesCard emails={data} uses={uses.data} onChange={(dialog) => navigate({ search: { dialog } })} />
          <Dialogs emails={data} uses={uses.data} />
        </>
      )}
    </>
  );
}

function Dialogs({ emails, uses }: { emails: EmailInfo[]; uses: Map<string, string[]> }) {
  const { dialog, id } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const close = () => navigate({ search: {}, replace: true });
  const done = async (text: TextKey, params?: Params) => {
    await queries.invalidateQueries({ queryKey: emailsKey });
    await close();
    showOutcome(text, undefined, params);
    focusPageTitle();
  };
  const verified = emails.filter((email) => email.verified);
  const purpose: Purpose | undefined =
    dialog === 'recovery' || dialog === 'billing' || dialog === 'support' ? dialog : undefined;
  const primary = uses.get('primary')?.[0];
  return (
    <>
      <AddEmailDialog opened={dialog === 'add'} onClose={close} onDone={done} />
      <DeleteEmailDialog
        email={dialog === 'delete' ? emails.find(({ emailId }) => emailId === id) : undefined}
        onClose={close}
        onDone={done}
      />
      <PrimaryDialog
        choices={verified.filter(({ emailId }) => emailId !== primary)}
        opened={dialog === 'primary'}
        onClose={close}
        onDone={done}
      />
      <PurposeDialog
        purpose={purpose}
        choices={verified}
        chosen={uses.get(purpose ?? '') ?? []}
        onClose={close}
        onDone={done}
      />
    </>
  );
}
