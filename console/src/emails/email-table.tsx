import { Button } from '@mantine/core';
import { useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import { type EmailInfo, purposes } from './emails.ts';

type EmailTableProps = { emails: EmailInfo[]; uses: Map<string, string[]>; onDelete: (emailId: string) => void };

const columns = ['address', 'state', 'uses', 'added', 'action'] as const;

export function EmailTable({ emails, uses, onDelete }: EmailTableProps) {
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
          <Row key={email.emailId} email={email} uses={uses} onDelete={onDelete} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ email: info, uses, onDelete }: Omit<EmailTableProps, 'emails'> & { email: EmailInfo }) {
  const { t } = useText();
  const { emailId, email, verified, createDateTime } = info;
  const served = purposes.filter((purpose) => uses.get(purpose)?.includes(emailId));
  return (
    <tr>
      <th scope="row">{email}</th>
      <td data-name={t('emails.state')}>
        <StatusWord kind={verified ? 'well' : 'wait'}>
          {t(verified ? 'emails.verified' : 'emails.unverified')}
        </StatusWord>
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
