import { NativeSelect, Skeleton, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { MoreButton } from '../fields/more-button.tsx';
import { Card } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import css from './effective.module.css';
import { type EffectiveSearch, effectiveRows, verdicts } from './effective-rows.ts';
import { EffectiveTable } from './effective-table.tsx';
import { useOperations } from './known-operations.ts';
import { useDefaults, useOwnPermission, useUserRoles } from './permissions.ts';
import { type PermissionText, sourcesFrom } from './sources.ts';

type EffectivePermissionsProps = {
  userName: string;
  search: EffectiveSearch;
  onSearch: (search: EffectiveSearch) => void;
};

/** Of imported catalogues there may be thousands. */
const rowsAtOnce = 300;

const filters = ['all', ...verdicts] as const;

/** Every operation, whether this user may call it, and which statements say so; computed here, in the browser. */
export function EffectivePermissions({ userName, search, onSearch }: EffectivePermissionsProps) {
  const { t } = useText();
  const { texts, isPending, incomplete } = useTexts(userName);
  const { operations } = useOperations();
  const [rows, setRows] = useState(rowsAtOnce);
  const reached = useMemo(() => effectiveRows(sourcesFrom(texts), operations), [texts, operations]);
  const { verdict, q = '' } = search;
  const words = q.trim().toLowerCase();
  const shown = reached.filter(
    (row) => (verdict ?? row.verdict) === row.verdict && row.name.toLowerCase().includes(words),
  );
  const change = (next: { verdict?: string; q?: string }) => onSearch(keep({ verdict: verdict ?? 'all', q, ...next }));

  return (
    <Card title={t('permissions.effective')}>
      <p className="quiet">{t('permissions.effectiveBody')}</p>
      {incomplete && (
        <Notice tone="warn">
          <p>{t('effective.unreadable')}</p>
        </Notice>
      )}
      <search className={css.filters}>
        <TextInput
          type="search"
          label={t('effective.search')}
          value={q}
          onChange={(event) => change({ q: event.currentTarget.value })}
        />
        <NativeSelect
          size="md"
          label={t('effective.filter')}
          value={verdict ?? 'all'}
          onChange={(event) => change({ verdict: event.currentTarget.value })}
          data={filters.map((value) => ({ value, label: t(`effective.filters.${value}`) }))}
        />
      </search>
      {isPending ? (
        <Skeleton height={200} />
      ) : (
        <>
          <p className="quiet small" role="status">
            {shown.length === 0 ? t('effective.noMatch') : countText('effective.count', shown.length)}
          </p>
          {shown.length > 0 && <EffectiveTable userName={userName} rows={shown.slice(0, rows)} />}
          {shown.length > rows && <MoreButton busy={false} onClick={() => setRows(rows + rowsAtOnce)} />}
        </>
      )}
    </Card>
  );
}

function keep({ verdict, q }: { verdict: string; q: string }): EffectiveSearch {
  const known = verdicts.find((value) => value === verdict);
  return { ...(known ? { verdict: known } : {}), ...(q ? { q } : {}) };
}

/** The texts that decide for a user, as far as the caller may read them. */
function useTexts(userName: string) {
  const own = useOwnPermission(userName);
  const roles = useUserRoles(userName);
  const defaults = useDefaults();
  const texts = useMemo<PermissionText[]>(
    () => [
      { from: { kind: 'own' }, text: own.data?.text ?? '' },
      ...(roles.data ?? []).map(({ roleId, permission }) => ({
        from: { kind: 'role' as const, name: roleId },
        text: permission,
      })),
      { from: { kind: 'default' }, text: defaults.data?.text ?? '' },
    ],
    [own.data, roles.data, defaults.data],
  );
  const all = [own, roles, defaults];
  return { texts, isPending: all.some((q) => q.isPending), incomplete: all.some((q) => q.isError) };
}
