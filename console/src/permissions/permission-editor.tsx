import { Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { AnyEndpoint } from '@warifu/contract';
import { lazy, Suspense } from 'react';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import type { PolicyEditorProps } from './editor/policy-editor.tsx';
import { NoPermission } from './no-permission.tsx';
import { PermissionText } from './permission-text.tsx';
import { useAllowed } from './use-allowed.ts';

const PolicyEditor = lazy(async () => ({ default: (await import('./editor/policy-editor.tsx')).PolicyEditor }));

type PermissionEditorProps = PolicyEditorProps & {
  /** The call that saves. */
  endpoint: AnyEndpoint;
  userName?: string;
};

/** The editor where there is room and permission for it, else the text to read. */
export function PermissionEditor({ endpoint, userName = '', ...editor }: PermissionEditorProps) {
  const { t } = useText();
  const allowed = useAllowed(endpoint, userName);
  const narrow = useMediaQuery('(max-width: 479px)', false, { getInitialValueInEffect: false });
  if (allowed === false || narrow) {
    return (
      <>
        <PermissionText text={editor.start ?? editor.saved} />
        {allowed === false ? (
          <NoPermission permission={endpoint.operation} userName={userName} />
        ) : (
          <Notice tone="info">
            <p>{t('editor.narrow')}</p>
          </Notice>
        )}
      </>
    );
  }
  return (
    <Suspense fallback={<Skeleton height={300} radius={6} aria-label={t('editor.loading')} role="status" />}>
      <PolicyEditor {...editor} />
    </Suspense>
  );
}
