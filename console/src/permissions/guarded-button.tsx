import { Button } from '@mantine/core';
import type { AnyEndpoint } from '@warifu/contract';
import { useId } from 'react';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useText } from '../language.ts';
import { NoPermission } from './no-permission.tsx';
import { useAllowed } from './use-allowed.ts';

type GuardedButtonProps = {
  /** What the button leads to calling. */
  endpoint: AnyEndpoint;
  userName?: string;
  variant?: 'filled' | 'default' | 'subtle';
  label?: string;
  busy?: boolean;
  onClick: () => void;
  children: string;
};

/** A button that stays in its place when the caller may not use it, and says why. */
export function GuardedButton({
  endpoint,
  userName = '',
  variant,
  label,
  busy,
  onClick,
  children,
}: GuardedButtonProps) {
  const { t } = useText();
  const reason = useId();
  const allowed = useAllowed(endpoint, userName);
  const look = { ...(variant ? { variant } : {}), ...(label ? { 'aria-label': label } : {}) };
  if (allowed === false) {
    return (
      <div className="stack-tight">
        <div>
          <Button {...look} aria-disabled="true" data-disabled aria-describedby={reason}>
            {children}
          </Button>
        </div>
        <NoPermission id={reason} permission={endpoint.operation} userName={userName} />
      </div>
    );
  }
  return (
    <SubmitButton {...look} type="button" busy={busy ?? false} busyText={t('action.working')} onClick={onClick}>
      {children}
    </SubmitButton>
  );
}
