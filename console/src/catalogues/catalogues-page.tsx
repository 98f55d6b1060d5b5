import '../locales/later.ts';
import { Button, Skeleton } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { getCatalogue } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { Card, Page } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { Code, Name } from '../look/name.tsx';
import tableCss from '../look/table.module.css';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { RootOnly } from '../permissions/no-permission.tsx';
import { saveFile } from '../security/codes-file.ts';
import { useSession } from '../session/session.ts';
import css from './catalogues.module.css';
import { type Catalogue, useCatalogues } from './catalogues.ts';
import { RemoveDialog } from './remove-dialog.tsx';

const route = getRouteApi('/settings/catalogues');

/** Which guarded APIs' operations permissions can name: the host's, and the operator's own. */
export function CataloguesPage() {
  const { t } = useText();
  const { isRoot } = useSession();
  return (
    <Page title={t('catalogues.title')} lead={t('catalogues.lead')}>
      {isRoot ? <Catalogues /> : <RootOnly />}
    </Page>
  );
}

function Catalogues() {
  const { t } = useText();
  const navigate = useNavigate();
  const { remove } = route.useSearch();
  const { data, error, isPending, refetch } = useCatalogues();
  const close = () => navigate({ to: '/settings/catalogues', search: {} });
  const removed = data?.find(({ owner, name }) => owner === 'operator' && name === remove);
  return (
    <Card>
      <div className="row row-end">
        <Button onClick={() => navigate({ to: '/settings/import-catalogue' })}>{t('catalogues.import')}</Button>
      </div>
      {isPending && <Skeleton height={160} radius={10} />}
      {error && <FailureNotice error={error} onRetry={refetch} />}
      {data?.length === 0 && <p className="quiet">{t('catalogues.none')}</p>}
      {data && data.length > 0 && <CatalogueTable catalogues={data} />}
      {removed && <RemoveDialog name={removed.name} onClose={close} />}
    </Card>
  );
}

const columns = ['name', 'operations', 'unknown', 'actions'] as const;

function CatalogueTable({ catalogues }: { catalogues: readonly Catalogue[] }) {
  const { t } = useText();
  return (
    <table className={`${tableCss.table} ${css.table}`} aria-label={t('catalogues.table')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`catalogues.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {catalogues.map((one) => (
          <tr key={`${one.owner} ${one.name}`}>
            <th scope="row">
              <Name>{one.name}</Name>
              <span className={css.fact}>{one.host ? <Code>{one.host}</Code> : t('catalogues.anyHost')}</span>
              <span className={`${css.fact} quiet`}>
                {t('catalogues.imported')} <Moment at={one.importedAt} brief />
              </span>
            </th>
            <td data-name={t('catalogues.operations')}>
              {one.operations}
              {one.hidden > 0 && <p className="quiet small">{countText('catalogues.hidden', one.hidden)}</p>}
            </td>
            <td data-name={t('catalogues.unknown')}>{t(`catalogues.unknowns.${one.unknown}`)}</td>
            <td>
              {one.owner === 'operator' ? (
                <Actions name={one.name} />
              ) : (
                <span className="quiet small">{t('catalogues.ofServer')}</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Actions({ name }: { name: string }) {
  const { t } = useText();
  const navigate = route.useNavigate();
  const { operatorId } = useSession();
  const [error, setError] = useState<unknown>();
  const save = async () => {
    setError(undefined);
    try {
      const { reply } = await call(getCatalogue, { operator_id: operatorId, catalogue: name });
      saveFile(`${name}.openapi.json`, `${JSON.stringify(reply, null, 2)}\n`);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <div className="stack-tight">
      <div className="row">
        <Button
          variant="default"
          aria-label={t('catalogues.replaceLabel', { name })}
          onClick={() => navigate({ to: '/settings/import-catalogue', search: { name } })}
        >
          {t('catalogues.replace')}
        </Button>
        <Button variant="default" aria-label={t('catalogues.exportLabel', { name })} onClick={() => void save()}>
          {t('catalogues.export')}
        </Button>
        <Button
          variant="default"
          aria-label={t('catalogues.removeLabel', { name })}
          onClick={() => navigate({ search: { remove: name } })}
        >
          {t('catalogues.remove')}
        </Button>
      </div>
      {error !== undefined && <FailureNotice error={error} />}
    </div>
  );
}
