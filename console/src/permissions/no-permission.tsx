import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import { LockIcon } from '../look/icons.tsx';
import { useSession } from '../session/session.ts';
import css from './no-permission.module.css';

type NoPermissionProps = { permission: string; userName?: string | undefined; id?: string };

/** What the caller may not do is said in place, with the name of the permission and whom to ask (U9). */
export function NoPermission({ permission, userName, id }: NoPermissionProps) {
  const { t } = useText();
  const session = useSession();
  const search = {
    ...(session.userName ? { user: session.userName } : {}),
    api: permission,
    ...(userName ? { path: { user_name: userName } } : {}),
  };
  const [before = '', after = ''] = t('refused.title', { permission: '\n' }).split('\n');
  return (
    <p className={css.refused} id={id}>
      <LockIcon />
      <span>
        {before}
        <code>{permission}</code>
        {after}
        <br />
        {t('refused.body')}{' '}
        <Link to="/security/simulate" search={search}>
          {t('refused.why')}
        </Link>
      </span>
    </p>
  );
}

/** The same for what is the root user's alone. */
export function RootOnly() {
  const { t } = useText();
  return (
    <p className={css.refused}>
      <LockIcon />
      <span>{t('refused.rootOnly')}</span>
    </p>
  );
}
