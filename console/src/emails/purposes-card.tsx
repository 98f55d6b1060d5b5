import { Button } from '@mantine/core';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Name } from '../look/name.tsx';
import { type EmailInfo, type Purpose, purposes } from './emails.ts';
import css from './purposes-card.module.css';

type PurposesCardProps = {
  emails: EmailInfo[];
  uses: Map<string, string[]>;
  onChange: (purpose: Purpose) => void;
};

/** What each address is for, the other way round: which addresses serve a purpose. */
export function PurposesCard({ emails, uses, onChange }: PurposesCardProps) {
  const { t } = useText();
  const addresses = (purpose: Purpose) =>
    emails.filter(({ emailId }) => uses.get(purpose)?.includes(emailId)).map(({ email }) => email);
  return (
    <Card title={t('emails.usesTitle')}>
      <ul className={css.list}>
        {purposes.map((purpose) => (
          <li key={purpose}>
            <div>
              <h3>{t(`emails.types.${purpose}`)}</h3>
              <p className="quiet small">{t(`emails.typeHints.${purpose}`)}</p>
              <p>
                {addresses(purpose).length === 0 ? t('emails.unset') : <Name>{addresses(purpose).join(', ')}</Name>}
              </p>
            </div>
            <Button
              variant="default"
              aria-label={t('emails.changeLabel', { type: t(`emails.types.${purpose}`) })}
              onClick={() => onChange(purpose)}
            >
              {t('emails.change')}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
