import { Button, NativeSelect, TextInput } from '@mantine/core';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { OperationField } from '../permissions/operation-field.tsx';
import css from '../permissions/simulate.module.css';
import { toLocal } from '../time.ts';
import { PartyField } from './party-field.tsx';
import { type AuditSearch, outcomes, ranges, toAuditSearch } from './search.ts';
import { partyOf, typedOf } from './words.ts';

type AuditFiltersProps = { search: AuditSearch; onSearch: (search: AuditSearch) => Promise<void> };

const members = ['kind', 'actor', 'target', 'outcome', 'range'] as const;

/** Which entries are wanted: by whom, to whom or what, which operation, with which result, when. */
export function AuditFilters({ search, onSearch }: AuditFiltersProps) {
  const { t } = useText();
  const kept = search.zone ? { zone: search.zone } : {};
  const { values, set, field, frame } = useSubmit({
    initial: {
      actor: typedOf(search.actor, t),
      target: typedOf(search.target, t),
      kind: search.kind ?? '',
      outcome: search.outcome ?? '',
      range: search.range ?? 'all',
      from: toLocal(search.from),
      to: toLocal(search.to),
    },
    check: {},
    send: (typed) => onSearch({ ...kept, ...toAuditSearch(typed, (party) => partyOf(party, t)) }),
  });
  const select = (name: 'outcome' | 'range') => ({
    ...field(name),
    onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value),
    size: 'md' as const,
  });
  return (
    <FormFrame state={frame}>
      <div className={css.fields}>
        <PartyField {...field('actor')} label={t('audit.actor')} description={t('audit.partyHint')} />
        <PartyField {...field('target')} label={t('audit.target')} description={t('audit.targetHint')} />
        <OperationField {...field('kind')} label={t('audit.kind')} />
        <NativeSelect
          {...select('outcome')}
          label={t('audit.outcome')}
          data={[
            { value: '', label: t('audit.anyOutcome') },
            ...outcomes.map((value) => ({ value, label: t(`audit.outcomes.${value}`) })),
          ]}
        />
        <NativeSelect
          {...select('range')}
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
        {members.some((name) => search[name] !== undefined) && (
          <Button variant="default" onClick={() => void onSearch(kept)}>
            {t('audit.clear')}
          </Button>
        )}
      </div>
    </FormFrame>
  );
}
