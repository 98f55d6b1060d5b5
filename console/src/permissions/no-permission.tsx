import { Link } from '@tanstack/react-router';
import { impliesMfa } from '@warifu/contract';
import type { ReactNode } from 'react';
import { quarantineWords } from '../failure-words.ts';
import { useText } from '../language.ts';
import { LockIcon } from '../look/icons.tsx';
import { Code } from '../look/name.tsx';
import { useSession } from '../session/session.ts';
import css from './no-permission.module.css';
import type { PathValues, Refusal } from './refusal.ts';

type RefusedProps = { refusal: Refusal; permission: string; path?: PathValues; id?: string };

/** What the caller may not do is said in place, with what is missing and whom to ask (U9). */
export function Refused({ refusal, permission, path = {}, id }: RefusedProps) {
  const { t } = useText();
  const { quarantinedUntil } = useSession();
  if (refusal === 'permission') return <NoPermission permission={permission} path={path} id={id} />;
  const words = {
    root: () => t('refused.rootOnly'),
    session: () => t('refused.session'),
    quarantine: () => quarantineWords(quarantinedUntil, t),
  };
  return <Line id={id}>{words[refusal]()}</Line>;
}

/** A permission that is missing, by its name; why is answered to everybody about itself. */
export function NoPermission({
  permission,
  path = {},
  id,
}: Omit<RefusedProps, 'refusal' | 'id'> & { id?: string | undefined }) {
  const { t } = useText();
  const session = useSession();
  const method = impliesMfa(session.authMethod) ? { method: session.authMethod } : {};
  const search = {
    ...(session.userName ? { user: session.userName } : {}),
    api: permission,
    ...(Object.keys(path).length > 0 ? { path: { ...path } } : {}),
    ...method,
  };
  const [before = '', after = ''] = t('refused.title', { permission: '\n' }).split('\n');
  return (
    <Line id={id}>
      {before}
      <Code>{permission}</Code>
      <span>{after}</span>
      <br />
      {t('refused.body')}{' '}
      <Link to="/security/simulate" search={search}>
        {t('refused.why')}
      </Link>
    </Line>
  );
}

/** What is the root user's alone. */
export function RootOnly() {
  const { t } = useText();
  return <Line>{t('refused.rootOnly')}</Line>;
}

function Line({ id, children }: { id?: string | undefined; children: ReactNode }) {
  return (
    <p className={css.refused} id={id}>
      <LockIcon />
      <span>{children}</span>
    </p>
  );
}
