import '../locales/later.ts';
import { Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { importCatalogue } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { asFailure, failure } from '../failure.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card, Page } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { showOutcome } from '../outcome.tsx';
import { RootOnly } from '../permissions/no-permission.tsx';
import { useSession } from '../session/session.ts';
import { forgetCatalogues, type Preview, useCatalogues } from './catalogues.ts';
import { type Description, ImportForm } from './import-form.tsx';
import { PreviewOfImport } from './preview.tsx';

const route = getRouteApi('/settings/import-catalogue');

type Previewed = { readonly preview: Preview; readonly tag: string | undefined; readonly of: Description };

/** Takes the operations of a file, after a look at what that changes. */
export function ImportPage() {
  const { t } = useText();
  const { isRoot } = useSession();
  return (
    <Page title={t('catalogues.importTitle')} lead={t('catalogues.importLead')}>
      {isRoot ? <Import /> : <RootOnly />}
    </Page>
  );
}

function Import() {
  const { t } = useText();
  const { name } = route.useSearch();
  const { data, isPending } = useCatalogues();
  const [previewed, setPreviewed] = useState<Previewed>();
  if (isPending) return <Skeleton height={320} radius={10} />;
  const before = data?.find((one) => one.owner === 'operator' && one.name === name);
  return (
    <>
      <Card>
        <ImportForm
          name={name ?? ''}
          before={before}
          onPreview={setPreviewed}
          onChange={() => setPreviewed(undefined)}
        />
      </Card>
      {previewed && (
        <Card title={t('catalogues.preview')}>
          <PreviewOfImport preview={previewed.preview} />
          {previewed.preview.problems.length === 0 && <Confirm previewed={previewed} />}
        </Card>
      )}
    </>
  );
}

function Confirm({ previewed: { of, tag } }: { previewed: Previewed }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(importCatalogue, { operator_id: operatorId, ...of }, { ifMatch: tag }).catch((error: unknown) => {
        const { code, status } = asFailure(error);
        throw code === 'COM0412' ? failure({ code, status, message: t('catalogues.changedSince') }) : error;
      });
      await forgetCatalogues(queries);
      await navigate({ to: '/settings/catalogues', search: {} });
      showOutcome('catalogues.saved', undefined, { name: named(of.catalogue) });
    },
  });
  return (
    <FormFrame state={frame}>
      <div>
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('catalogues.importSubmit')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}
