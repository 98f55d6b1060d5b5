import '../locales/later.ts';
import { Button, Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { MoreButton } from '../fields/more-button.tsx';
import { Card, Page } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { DownloadIcon } from '../look/icons.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { saveFile } from '../security/codes-file.ts';
import { ZoneSwitch } from '../security/zone-switch.tsx';
import { AuditFilters } from './audit-filters.tsx';
import css from './audit-page.module.css';
import { AuditTable } from './audit-table.tsx';
import { type Entry, useEntries } from './entries.ts';
import { EntryDrawer } from './entry-drawer.tsx';
import { toCsv, toJsonLines } from './export.ts';
import type { AuditSearch } from './search.ts';

const route = getRouteApi('/logs/audit');

/** What was done within the operator. */
export function AuditPage() {
  const { t } = useText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, isPending, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useEntries(search);
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const { event: _, ...filters } = search;
  return (
    <Page title={t('audit.title')} lead={t('audit.lead')}>
      <Card>
        <AuditFilters
          key={JSON.stringify(filters)}
          search={search}
          onSearch={(wanted) => navigate({ search: wanted })}
        />
      </Card>
      {error && <FailureNotice error={error} onRetry={refetch} />}
      {isPending && <Skeleton height={360} radius={10} />}
      {data && (
        <Card>
          <div className="row spread">
            <p className="quiet small" role="status">
              {entries.length === 0 ? t('audit.none') : countText('audit.loaded', entries.length)}
            </p>
            <ZoneSwitch
              zone={search.zone ?? 'local'}
              choose={(zone) => navigate({ search: zoned(search, zone), replace: true })}
            />
            <Export entries={entries} />
          </div>
          {entries.length > 0 && <AuditTable entries={entries} search={search} />}
          {hasNextPage && <MoreButton busy={isFetchingNextPage} onClick={() => void fetchNextPage()} />}
          {!hasNextPage && entries.length > 0 && <p className="quiet small">{t('audit.end')}</p>}
        </Card>
      )}
      <EntryDrawer
        sequence={search.event}
        known={entries}
        zone={search.zone ?? 'local'}
        onClose={() => navigate({ search: filters, replace: true, resetScroll: false })}
      />
    </Page>
  );
}

function zoned({ zone: _, ...search }: AuditSearch, wanted: string): AuditSearch {
  return wanted === 'utc' ? { ...search, zone: 'utc' } : search;
}

function Export({ entries }: { entries: Entry[] }) {
  const { t } = useText();
  if (entries.length === 0) return null;
  const save = (extension: string, text: string) => saveFile(`${fileName(Date.now())}.${extension}`, text);
  return (
    <fieldset className={css.export} title={t('audit.exportNote')}>
      <legend className="quiet small">{t('audit.export')}</legend>
      <Button variant="default" leftSection={<DownloadIcon />} onClick={() => save('csv', toCsv(entries))}>
        {t('audit.csv')}
      </Button>
      <Button variant="default" leftSection={<DownloadIcon />} onClick={() => save('jsonl', toJsonLines(entries))}>
        {t('audit.jsonLines')}
      </Button>
    </fieldset>
  );
}

function fileName(now: number): string {
  return `warifu-audit-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '')}`;
}
