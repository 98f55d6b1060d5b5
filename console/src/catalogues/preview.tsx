import { countText, named, useText } from '../language.ts';
import { Code, Words } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import type { Preview } from './catalogues.ts';
import { TouchedPermissions } from './touched.tsx';

const shown = 100;

/** What an import would change. */
export function PreviewOfImport({ preview }: { preview: Preview }) {
  const { t } = useText();
  const { problems, operations, shortened, host, unknown, added, removed, renamed, moved } = preview;
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
  const isSame = changes === 0 && !host && !unknown;
  return (
    <div className="stack">
      <ChangedSettings preview={preview} />
      <p role="status">
        <Words>{countText('catalogues.describes', operations)}</Words>{' '}
        {isSame && <Words>{t('catalogues.unchanged')}</Words>}
      </p>
      {shortened > 0 && <Notice tone="info">{countText('catalogues.shortened', shortened)}</Notice>}
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

/** Comes first: it is about every call, whatever the operations are. */
function ChangedSettings({ preview: { host, unknown } }: { preview: Preview }) {
  const { t } = useText();
  if (!host && !unknown) return null;
  const hostText = (at: string) => (at === '' ? t('catalogues.anyHost') : named(at));
  const unknownText = (what: 'deny' | 'signed in') => t(`catalogues.unknowns.${what}`);
  return (
    <Notice tone="warn" role="status" title={t('catalogues.settings')}>
      <ul>
        {host && (
          <li>
            {t('catalogues.host')}{' '}
            <Words>{t('catalogues.fromTo', { from: hostText(host.from), to: hostText(host.to) })}</Words>
          </li>
        )}
        {unknown && (
          <li>
            {t('catalogues.unknownCalls')}{' '}
            {t('catalogues.fromTo', { from: unknownText(unknown.from), to: unknownText(unknown.to) })}
          </li>
        )}
      </ul>
    </Notice>
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
