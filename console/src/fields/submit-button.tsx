import { Button, type ButtonProps } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { announce } from '../announce.tsx';
import css from './submit-button.module.css';

type SubmitButtonProps = ButtonProps & {
  busy: boolean;
  /** What the button says while it works, once that takes long enough to notice. */
  busyText: string;
  type?: 'submit' | 'button';
  onClick?: () => void;
  children: ReactNode;
};

const noticeable = 150;

/** A button that shows progress after a moment and keeps the focus while it works. */
export function SubmitButton({ busy, busyText, type = 'submit', onClick, children, ...rest }: SubmitButtonProps) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!busy) return setSlow(false);
    const timer = setTimeout(() => {
      setSlow(true);
      announce(busyText);
    }, noticeable);
    return () => clearTimeout(timer);
  }, [busy, busyText]);
  return (
    <Button
      {...rest}
      type={type}
      className={`${css.button} ${slow ? css.slow : ''}`}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}
    >
      <span className={css.spinner} />
      <span>{slow ? busyText : children}</span>
    </Button>
  );
}
