import type { Trace } from '@warifu/policy';
import { useText } from '../language.ts';
import { Code, Words } from '../look/name.tsx';
import { StatusWord } from '../look/status-word.tsx';
import type { Explained } from './refusal.ts';
import css from './simulate.module.css';
import { sourceName } from './sources.ts';

type Statement = Explained['statements'][number];

/** One statement: its patterns, its condition part by part, and whether it applied or even decided. */
export function TracedStatement({ statement }: { statement: Statement }) {
  const { t } = useText();
  const { source, effect, api, condition, applies, deciding } = statement;
  return (
    <li className={deciding ? css.deciding : undefined}>
      <div className="row">
        <strong>
          <Words>{t('simulate.statement', { source: sourceName(source, t), n: statement.statement })}</Words>
        </strong>
        <span>{t(`simulate.effects.${effect}`)}</span>
        <StatusWord kind={applies ? (effect === 'allow' ? 'well' : 'warn') : 'off'}>
          {t(applies ? 'simulate.applies' : 'simulate.appliesNot')}
        </StatusWord>
        {deciding && <strong className={css.mark}>{t('simulate.deciding')}</strong>}
      </div>
      <p className="quiet small">{t('simulate.patterns')}</p>
      <ul className={css.patterns}>
        {api.map(({ pattern, matched }) => (
          <li key={pattern} className={matched ? css.matched : undefined}>
            <Code>{pattern}</Code> <span>{t(matched ? 'simulate.matched' : 'simulate.unmatched')}</span>
          </li>
        ))}
      </ul>
      {condition && <TracedCondition condition={condition} />}
    </li>
  );
}

type Condition = Pick<NonNullable<Statement['condition']>, 'value' | 'parts'>;

/** The parts of a condition as answers of the server list them: outermost first. */
export function partsOf(trace: Trace, depth = 0): Condition['parts'] {
  const { text, value, children } = trace;
  return [
    { text, value: value === null ? 'fails' : String(value), depth },
    ...children.flatMap((child) => partsOf(child, depth + 1)),
  ];
}

/** What a part that is no text or number comes to has words. */
const isValue = (value: string): value is Condition['value'] => ['true', 'false', 'fails'].includes(value);

/** A condition part by part. */
export function TracedCondition({ condition }: { condition: Condition }) {
  const { t } = useText();
  return (
    <>
      <div className="row">
        <p className="quiet small">{t('simulate.condition')}</p>
        <StatusWord kind={condition.value === 'true' ? 'well' : condition.value === 'false' ? 'off' : 'warn'}>
          {t(`simulate.values.${condition.value}`)}
        </StatusWord>
      </div>
      <table className={css.parts} aria-label={t('simulate.conditionParts')}>
        <thead>
          <tr>
            <th scope="col">{t('simulate.part')}</th>
            <th scope="col">{t('simulate.value')}</th>
          </tr>
        </thead>
        <tbody>
          {condition.parts.map(({ text, value, depth }, place) => (
            // The parts never move, and two may be equal.
            <tr key={place}>
              <th scope="row">
                <Code className={css.part} data-depth={Math.min(depth, 6)}>
                  {text}
                </Code>
              </th>
              <td>{isValue(value) ? t(`simulate.values.${value}`) : <Code>{value}</Code>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {condition.value === 'fails' && <p className="quiet small">{t('simulate.failsNote')}</p>}
    </>
  );
}
