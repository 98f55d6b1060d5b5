import { countText, named, useText } from '../language.ts';
import { Code, Words } from '../look/name.tsx';
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
      <Changes title={t('catalogues.changes.removed')} lines={removed.map(lineOf)} />
      <Changes
        title={t('catalogues.changes.renamed')}
        lines={renamed.map(({ from, to, ...at }) => ({
          name: t('catalogues.fromTo', { from: named(from), to: named(to) }),
          place: placeOf(at),
        }))}
      />
      <Changes
        title={t('catalogues.changes.moved')}
        lines={moved.map(({ operation, from, to }) => ({
          name: named(operation),
          place: t('catalogues.fromTo', { from: placeOf(from), to: placeOf(to) }),
        }))}
      />
      <Changes title={t('catalogues.changes.added')} lines={added.map(lineOf)} />
      <TouchedPermissions preview={preview} />
    </div>
  );
}

type Place = Preview['moved'][number]['from'];
type Line = { readonly name: string; readonly place: string };

function lineOf({ operation, ...at }: Preview['added'][number]): Line {
  return { name: named(operation), place: placeOf(at) };
}

function placeOf({ method, path }: Place): string {
  return `${method} ${path}`;
}

function Changes({ title, lines }: { title: string; lines: readonly Line[] }) {
  const { t } = useText();
  if (lines.length === 0) return null;
  return (
    <details open={lines.length <= 20}>
      <summary>{t('catalogues.changeCount', { title, n: lines.length })}</summary>
      <ul>
        {lines.slice(0, shown).map(({ name, place }) => (
          <li key={name}>
            <Words>{name}</Words> <Code className="small quiet">{place}</Code>
          </li>
        ))}
      </ul>
      {lines.length > shown && <p className="quiet small">{countText('catalogues.more', lines.length - shown)}</p>}
    </details>
  );
}
