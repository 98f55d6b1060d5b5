import type { explainPermission, ReplyOf } from '@warifu/contract';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import css from './simulate.module.css';
import { TracedStatement } from './traced-statement.tsx';

export type Explained = ReplyOf<typeof explainPermission>;

/** The decision, the rule behind it, and every statement that was looked at. */
export function SimulateResult({ explained: { decision, rule, statements } }: { explained: Explained }) {
  const { t } = useText();
  const allowed = decision === 'allow';
  return (
    <div className="stack">
      <Notice tone={allowed ? 'well' : 'danger'}>
        <p className={css.decision}>{t(allowed ? 'simulate.allowed' : 'simulate.denied')}</p>
        <p>{t(`simulate.rules.${rule}`)}</p>
      </Notice>
      <Card title={t('simulate.trace')}>
        {statements.length === 0 && <p>{t('simulate.traceNone')}</p>}
        <ol className={css.trace}>
          {statements.map((statement) => (
            <TracedStatement key={`${statement.source}-${statement.statement}`} statement={statement} />
          ))}
        </ol>
      </Card>
    </div>
  );
}
