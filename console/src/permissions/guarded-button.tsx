import { Button } from '@mantine/core';
import type { AnyEndpoint } from '@warifu/contract';
import { useId } from 'react';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useText } from '../language.ts';
import { Refused } from './no-permission.tsx';
import { useRefusal } from './use-refusal.ts';

type GuardedButtonProps = {
  /** What the button leads to calling. */
  endpoint: AnyEndpoint;
  /** A second call that it leads to. */
  also?: AnyEndpoint;
  /** On whom, or on which role. */
  userName?: string;
  roleId?: string;
  variant?: 'filled' | 'default' | 'subtle';
  label?: string;
  busy?: boolean;
  onClick: () => void;
  children: string;
};

/** A button that stays in its place when the caller may not use it, and says why. It is off until that is known. */
export function GuardedButton({
  endpoint,
  also = endpoint,
  userName,
  roleId,
  variant,
  label,
  busy,
  onClick,
  children,
}: GuardedButtonProps) {
  const { t } = useText();
  const reason = useId();
  const path = { ...(userName ? { user_name: userName } : {}), ...(roleId ? { role_id: roleId } : {}) };
  const first = useRefusal(endpoint, path);
  const second = useRefusal(also, path);
  const refusal = first.refusal ?? second.refusal;
  const isPending = first.isPending || second.isPending;
  const look = { ...(variant ? { variant } : {}), ...(label ? { 'aria-label': label } : {}) };
  if (refusal || isPending) {
    const off = { 'aria-disabled': true, 'data-disabled': true, ...(refusal && { 'aria-describedby': reason }) };
    return (
      <div className="stack-tight">
        <div>
          <Button {...look} {...off}>
            {children}
          </Button>
        </div>
        {refusal && (
          <Refused id={reason} refusal={refusal} permission={(first.refusal ? endpoint : also).operation} path={path} />
        )}
      </div>
    );
  }
  return (
    <SubmitButton {...look} type="button" busy={busy ?? false} busyText={t('action.working')} onClick={onClick}>
      {children}
    </SubmitButton>
  );
}
