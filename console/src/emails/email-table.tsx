import { Button } from '@mantine/core';
import { resendAddEmailToken } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { Name } from '../look/name.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import { useSession } from '../session/session.ts';
import { type EmailInfo, purposes } from './emails.ts';

type EmailTableProps = {
  emails: EmailInfo[];
  uses: Map<string, string[]>;
  onDelete: (emailId: string) => void;
  onResent: (email: string) => void;
};

const columns = ['address', 'state', 'uses', 'added', 'action'] as const;

export function EmailTable({ emails, uses, onDelete, onResent }: EmailTableProps) {
  const { t } = useText();
  return (
    <table className={tableCss.table} aria-label={t('emails.tableLabel')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`emails.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {emails.map((email) => (
          <Row key={email.emailId} email={email} uses={uses} onDelete={onDelete} onResent={onResent} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ email: info, uses, onDelete, onResent }: Omit<EmailTableProps, 'emails'> & { email: EmailInfo }) {
  const { t } = useText();
  const { emailId, email, verified, createDateTime } = info;
  const served = purposes.filter((purpose) => uses.get(purpose)?.includes(emailId));
  return (
    <tr>
      <th scope="row">
        <Name>{email}</Name>
      </th>
      <td data-name={t('emails.state')}>
        <StatusWord kind={verified ? 'well' : 'wait'}>
          {t(verified ? 'emails.verified' : 'emails.unverified')}
        </StatusWord>
        {!verified && <Resend info={info} onResent={onResent} />}
      </td>
      <td data-name={t('emails.uses')}>
        {served.length === 0 ? '–' : served.map((purpose) => <div key={purpose}>{t(`emails.types.${purpose}`)}</div>)}
      </td>
      <td data-name={t('emails.added')}>
        <Moment at={createDateTime * 1000} brief />
      </td>
      <td>
        {served.includes('primary') ? (
          <span className="quiet small">{t('emails.notPrimary')}</span>
        ) : (
          <Button variant="default" aria-label={t('emails.deleteLabel', { email })} onClick={() => onDelete(emailId)}>
            {t('emails.delete')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Resend({ info: { emailId, email }, onResent }: { info: EmailInfo } & Pick<EmailTableProps, 'onResent'>) {
  const { t } = useText();
  const { operatorId } = useSession();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(resendAddEmailToken, { operator_id: operatorId, email_id: emailId });
      onResent(email);
    },
  });
  return (
    <FormFrame state={frame}>
      <div>
        <SubmitButton
          variant="default"
          busy={busy}
          busyText={t('action.working')}
          aria-label={t('emails.resendLabel', { email })}
        >
          {t('emails.resend')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}
