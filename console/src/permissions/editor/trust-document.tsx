import { useMemo } from 'react';
import { useSession } from '../../session/session.ts';
import { useUsers } from '../../users/users.ts';
import { AddPrincipal } from './add-principal.tsx';
import { PolicyEditor, type PolicyEditorProps } from './policy-editor.tsx';
import { trustKind } from './trust-kind.ts';
import { TrustWords } from './trust-words.tsx';

type TrustDocumentProps = Omit<PolicyEditorProps, 'kind' | 'above' | 'below' | 'start'> & { userName: string };

/** The editor of a trust policy, with a form that adds to it and what it means in words. */
export function TrustDocument({ userName, ...props }: TrustDocumentProps) {
  const { operatorId } = useSession();
  const { data } = useUsers();
  const kind = useMemo(() => {
    const others = data?.map((user) => user.userName).filter((name) => name !== userName);
    return trustKind(operatorId, others ?? []);
  }, [operatorId, data, userName]);
  return (
    <PolicyEditor
      {...props}
      kind={kind}
      above={(text, onChange) => <AddPrincipal text={text} target={userName} onChange={onChange} />}
      below={(text) => <TrustWords text={text} target={userName} />}
    />
  );
}
