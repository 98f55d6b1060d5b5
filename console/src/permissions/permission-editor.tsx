import { Skeleton } from '@mantine/core';
import type { AnyEndpoint } from '@warifu/contract';
import { lazy, type ReactNode, Suspense } from 'react';
import { useText } from '../language.ts';
import type { PermissionDocumentProps } from './editor/permission-document.tsx';
import { Refused } from './no-permission.tsx';
import { PermissionText } from './permission-text.tsx';
import { useRefusal } from './use-refusal.ts';

const PermissionDocument = lazy(async () => ({
  default: (await import('./editor/permission-document.tsx')).PermissionDocument,
}));

type EditorFrameProps = {
  /** The call that saves, and on what. */
  endpoint: AnyEndpoint;
  userName?: string;
  roleId?: string;
};

/** The editor of a permission. */
export function PermissionEditor({
  endpoint,
  userName,
  roleId,
  ...editor
}: EditorFrameProps & PermissionDocumentProps) {
  return (
    <EditorFrame
      endpoint={endpoint}
      {...(userName ? { userName } : {})}
      {...(roleId ? { roleId } : {})}
      reading={<PermissionText text={editor.start ?? editor.saved.text} />}
    >
      <PermissionDocument {...editor} />
    </EditorFrame>
  );
}

/** An editor where there is a permission for it, else the text to read and what is missing. */
export function EditorFrame({
  endpoint,
  userName,
  roleId,
  reading,
  children,
}: EditorFrameProps & { reading: ReactNode; children: ReactNode }) {
  const { t } = useText();
  const path = { ...(userName ? { user_name: userName } : {}), ...(roleId ? { role_id: roleId } : {}) };
  const { refusal, isPending } = useRefusal(endpoint, path);
  const loading = <Skeleton height={300} radius={6} aria-label={t('editor.loading')} role="status" />;
  if (isPending) return loading;
  if (refusal) {
    return (
      <>
        {reading}
        <Refused refusal={refusal} permission={endpoint.operation} path={path} />
      </>
    );
  }
  return <Suspense fallback={loading}>{children}</Suspense>;
}
