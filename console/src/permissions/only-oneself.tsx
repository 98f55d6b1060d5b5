import { useText } from '../language.ts';
import { Code } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';

/** What is answered without a permission, which one opens the rest, and whom to ask for it. */
export function OnlyOneself({ permission }: { permission: string }) {
  const { t } = useText();
  const [before = '', after = ''] = t('simulate.onlySelf', { permission: '\n' }).split('\n');
  return (
    <Notice tone="info">
      <p>
        {before}
        <Code>{permission}</Code>
        <span>{after}</span>
      </p>
    </Notice>
  );
}
