import { countText, named, useText } from '../language.ts';
import { Words } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import type { Preview } from './catalogues.ts';
import { TouchedPermissions } from './touched.tsx';

const shown = 100;

/** What an import would change. */
export function PreviewOfImport({ preview }: { preview: Preview }) {
  const { t } = useText();
  const { problems, operations, added, removed, renamed, moved } = preview;
  if (problems.length > 0) {
    return (
      <Notice tone="danger" role="alert" title={t('catalogues.problems')}>
        <ul>
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      </Notice>
    );
  }
  const changes = added.length + removed.length + renamed.length + moved.length;
  return (
    <div className="stack">
      <p role="status">
        <Words>{countText('catalogues.describes', operations)}</Words>{' '}
        {changes === 0 && <Words>{t('catalogues.unchanged')}</Words>}
      </p>
      <Names title={t('catalogues.changes.removed')} names={removed.map(named)} />
      <Names
        title={t('catalogues.changes.renamed')}
        names={renamed.map(({ from, to }) => t('catalogues.renamedTo', { from: named(from), to: named(to) }))}
      />
      <Names title={t('catalogues.changes.moved')} names={moved.map(named)} />
      <Names title={t('catalogues.changes.added')} names={added.map(named)} />
      <TouchedPermissions preview={preview} />
    </div>
  );
}

function Names({ title, names }: { title: string; names: readonly string[] }) {
  const { t } = useText();
  if (names.length === 0) return null;
  return (
    <details open={names.length <= 20}>
      <summary>{t('catalogues.changeCount', { title, n: names.length })}</summary>
      <ul>
        {names.slice(0, shown).map((name) => (
          <li key={name}>
            <Words>{name}</Words>
          </li>
        ))}
      </ul>
      {names.length > shown && <p className="quiet small">{countText('catalogues.more', names.length - shown)}</p>}
    </details>
  );
}
