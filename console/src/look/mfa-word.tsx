import { useText } from '../language.ts';
import { StatusWord } from './status-word.tsx';

type MfaWordProps = { status: 'ACTIVE' | 'INACTIVE' | 'UNCONFIRMED'; suspended?: boolean | undefined };

const kinds = { ACTIVE: 'well', INACTIVE: 'off', UNCONFIRMED: 'wait' } as const;

/** The state of somebody's MFA. */
export function MfaWord({ status, suspended = false }: MfaWordProps) {
  const { t } = useText();
  if (suspended) return <StatusWord kind="warn">{t('status.suspended')}</StatusWord>;
  return <StatusWord kind={kinds[status]}>{t(`status.${status}`)}</StatusWord>;
}
