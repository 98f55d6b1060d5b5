import { useText } from '../language.ts';
import { LockIcon } from '../look/icons.tsx';
import css from './no-permission.module.css';

type NoPermissionProps = { permission: string; userName?: string | undefined; id?: string };

/** What the caller may not do is said in place, with the name of the permission and whom to ask (U9). */
export function NoPermission({ permission, id }: NoPermissionProps) {
  const { t } = useText();
  const [before = '', after = ''] = t('refused.title', { permission: '\n' }).split('\n');
  return (
    <p className={css.refused} id={id}>
      <LockIcon />
      <span>
        {before}
        <code>{permission}</code>
        {after} {t('refused.body')}
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
