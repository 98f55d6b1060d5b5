import { Link } from '@tanstack/react-router';
import { countText, named, useText } from '../language.ts';
import { Code, Name, Words } from '../look/name.tsx';
import { sourceName } from '../permissions/sources.ts';
import type { Preview, Touched } from './catalogues.ts';

const kinds = ['removed', 'moved', 'added'] as const;

/** The statements whose patterns match what goes, comes or is elsewhere, each with a way to it. */
export function TouchedPermissions({ preview: { touched, isPart } }: { preview: Preview }) {
  const { t } = useText();
  return (
    <section className="stack-tight" aria-labelledby="touched-permissions">
      <h3 id="touched-permissions">{t('catalogues.touched')}</h3>
      {touched.length === 0 && <p className="quiet">{t('catalogues.touchedNone')}</p>}
      <ul>
        {touched.map((one) => (
          <li key={`${one.kind} ${one.name} ${one.statement} ${one.pattern}`}>
            <Owner of={one} />{' '}
            {t('catalogues.statement', { n: one.statement, effect: t(`simulate.effects.${one.effect}`) })}{' '}
            <Code>{one.pattern}</Code>
            {kinds.map((kind) => one[kind].count > 0 && <Matched key={kind} kind={kind} names={one[kind]} />)}
          </li>
        ))}
      </ul>
      {isPart && <p className="quiet small">{t('catalogues.touchedPart')}</p>}
    </section>
  );
}

function Owner({ of: { kind, name } }: { of: Touched }) {
  const { t } = useText();
  if (kind === 'default') return <Link to="/security/default-permissions">{t('permissions.defaults')}</Link>;
  if (kind === 'user') {
    return (
      <Link to="/security/users/$userName/permissions" params={{ userName: name }}>
        <Name>{name}</Name>
      </Link>
    );
  }
  return (
    <Link to="/security/roles/$roleId" params={{ roleId: name }}>
      <Words>{t('catalogues.role', { name: sourceName(`role:${name}`, t) })}</Words>
    </Link>
  );
}

function Matched({ kind, names: { count, first } }: { kind: (typeof kinds)[number]; names: Touched['added'] }) {
  const { t } = useText();
  const rest = count - first.length;
  return (
    <div className="quiet small">
      {t(`catalogues.matches.${kind}`)} <Words>{first.map(named).join(t('catalogues.comma'))}</Words>
      {rest > 0 && <Words>{` ${countText('catalogues.more', rest)}`}</Words>}
    </div>
  );
}
