import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { type Explained, ruleOf } from './refusal.ts';
import css from './simulate.module.css';
import { TracedStatement } from './traced-statement.tsx';

/** The decision, the rule behind it, and, where permissions decide, every statement that was looked at. */
export function SimulateResult({ explained }: { explained: Explained }) {
  const { t } = useText();
  const { access, decision, statements } = explained;
  const allowed = decision === 'allow';
  return (
    <div className="stack">
      <Notice tone={allowed ? 'well' : 'danger'}>
        <p className={css.decision}>{t(allowed ? 'simulate.allowed' : 'simulate.denied')}</p>
        <p>{t(`simulate.rules.${ruleOf(explained)}`)}</p>
      </Notice>
      {access === 'permission' && (
        <Card title={t('simulate.trace')}>
          {statements.length === 0 && <p>{t('simulate.traceNone')}</p>}
          <ol className={css.trace}>
            {statements.map((statement) => (
              <TracedStatement key={`${statement.source}-${statement.statement}`} statement={statement} />
            ))}
          </ol>
        </Card>
      )}
    </div>
  );
}
