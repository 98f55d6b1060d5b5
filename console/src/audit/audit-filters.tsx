import { Button, NativeSelect, TextInput } from '@mantine/core';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { OperationField } from '../permissions/operation-field.tsx';
import css from '../permissions/simulate.module.css';
import { fromLocal, toLocal } from '../time.ts';
import type { AuditSearch } from './routes.ts';

type AuditFiltersProps = { search: AuditSearch; onSearch: (search: AuditSearch) => Promise<void> };

const ranges = ['all', 'hour', 'day', 'week', 'custom'] as const;

export function AuditFilters({ search, onSearch }: AuditFiltersProps) {
  const { t } = useText();
  const { zone } = search;
  const kept = zone ? { zone } : {};
  const { values, set, field, frame } = useSubmit({
    initial: {
      kind: search.kind ?? '',
      range: search.range ?? 'all',
      from: toLocal(search.from),
      to: toLocal(search.to),
    },
    check: {},
    send: (typed) => onSearch({ ...kept, ...toSearch(typed) }),
  });
  return (
    <FormFrame state={frame}>
      <div className={css.fields}>
        <OperationField {...field('kind')} label={t('audit.kind')} description={t('audit.kindHint')} />
        <NativeSelect
          {...field('range')}
          onChange={(event) => set('range', event.currentTarget.value)}
          size="md"
          label={t('audit.range')}
          data={ranges.map((value) => ({ value, label: t(`audit.ranges.${value}`) }))}
        />
        {values.range === 'custom' && (
          <>
            <TextInput {...field('from')} type="datetime-local" label={t('audit.from')} />
            <TextInput {...field('to')} type="datetime-local" label={t('audit.to')} />
          </>
        )}
      </div>
      <div className="row">
        <Button type="submit">{t('audit.apply')}</Button>
        {(search.kind || search.range) && (
          <Button variant="default" onClick={() => void onSearch(kept)}>
            {t('audit.clear')}
          </Button>
        )}
      </div>
    </FormFrame>
  );
}

type Typed = { kind: string; range: string; from: string; to: string };

function toSearch({ kind, range, from, to }: Typed): AuditSearch {
  const chosen = ranges.find((value) => value === range);
  const since = fromLocal(from);
  const until = fromLocal(to);
  return {
    ...(kind.trim() ? { kind: kind.trim() } : {}),
    ...(chosen && chosen !== 'all' ? { range: chosen } : {}),
    ...(chosen === 'custom' && since !== undefined ? { from: since } : {}),
    ...(chosen === 'custom' && until !== undefined ? { to: until } : {}),
  };
}
