import '../locales/later.ts';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { type AssistedReset, OpenReset } from './open-reset.tsx';

/** The resets that whoever is signed in can stop, on the first page. */
export function OpenResets({ resets }: { resets: readonly AssistedReset[] }) {
  const { t } = useText();
  return (
    <Card title={t('assisted.open')}>
      <p className="quiet">{t('assisted.openLead')}</p>
      {resets.map((reset) => (
        <OpenReset key={reset.caseId} reset={reset} />
      ))}
    </Card>
  );
}
