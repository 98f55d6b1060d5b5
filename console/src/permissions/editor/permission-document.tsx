import { useMemo } from 'react';
import { useOperations } from '../known-operations.ts';
import { permissionKind } from './permission-kind.ts';
import { PolicyEditor, type PolicyEditorProps } from './policy-editor.tsx';
import { StatementBuilder } from './statement-builder.tsx';

export type PermissionDocumentProps = Omit<PolicyEditorProps, 'kind' | 'above' | 'below'>;

/** The editor of a permission, with a builder for those who do not type JSON. */
export function PermissionDocument(props: PermissionDocumentProps) {
  const known = useOperations();
  const kind = useMemo(() => permissionKind(known), [known]);
  return (
    <PolicyEditor
      {...props}
      kind={kind}
      above={(text, onChange) => <StatementBuilder text={text} empty={kind.empty} onChange={onChange} />}
    />
  );
}
