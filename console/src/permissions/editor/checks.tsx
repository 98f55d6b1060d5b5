import { Button } from '@mantine/core';
import { named, useText } from '../../language.ts';
import { Words } from '../../look/name.tsx';
import { StatusWord } from '../../look/status-word.tsx';
import type { Remark } from './check-text.ts';
import css from './checks.module.css';

type ChecksProps = { remarks: readonly Remark[]; onGoTo: (remark: Remark) => void; onFix: (remark: Remark) => void };

/** Operations, and patterns of several, as they stand in remarks. */
const operations = /(?<![\w.-])[A-Za-z][\w.-]*:[\w.*-]+/g;

const kinds = { error: 'warn', security: 'warn', suggestion: 'wait' } as const;

/** All remarks as a list outside the editor, each with a way to its place. */
export function Checks({ remarks, onGoTo, onFix }: ChecksProps) {
  const { t } = useText();
  return (
    <section className="stack-tight" aria-labelledby="checks-title">
      <h3 id="checks-title">{t('editor.checks')}</h3>
      <div role="status">{remarks.length === 0 && <StatusWord kind="well">{t('editor.clean')}</StatusWord>}</div>
      {remarks.length > 0 && (
        <ul className={css.list}>
          {remarks.map((remark) => {
            const place = t('editor.place', { line: remark.line, column: remark.column });
            return (
              <li key={`${remark.from}-${remark.message}`}>
                <StatusWord kind={kinds[remark.level]}>{t(`editor.levels.${remark.level}`)}</StatusWord>
                <span>
                  <button type="button" className={css.place} onClick={() => onGoTo(remark)}>
                    {place}
                  </button>{' '}
                  <Words>{remark.message.replace(operations, named)}</Words>
                </span>
                {remark.fix && (
                  <Button variant="default" aria-label={t('editor.fixLabel', { place })} onClick={() => onFix(remark)}>
                    {t('editor.fix')}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
