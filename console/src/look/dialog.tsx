import { Button, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type ReactNode, useId } from 'react';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useText } from '../language.ts';
import css from './dialog.module.css';

type DialogProps = {
  title: string;
  opened: boolean;
  onClose: () => void;
  size?: string;
  children: ReactNode;
};

/** A dialog: focus goes in and comes back, Esc closes the topmost, and on a narrow screen it fills the sheet. */
export function Dialog({ title, opened, onClose, size = '32rem', children }: DialogProps) {
  const { t } = useText();
  const id = useId();
  const narrow = useMediaQuery('(max-width: 30em)', false, { getInitialValueInEffect: false }) ?? false;
  return (
    <Modal
      stackId={id}
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      closeOnClickOutside={false}
      fullScreen={narrow}
      classNames={{ title: css.title, header: css.header, body: css.body, content: css.content }}
      closeButtonProps={{ 'aria-label': t('action.close'), size: 40 }}
      overlayProps={{ backgroundOpacity: 0.55 }}
      transitionProps={{ duration: 120 }}
    >
      {children}
    </Modal>
  );
}

type DialogActionsProps = {
  busy: boolean;
  /** The verb of what happens, never "OK". */
  submit: string;
  danger?: boolean;
  onCancel: () => void;
  /** The focus starts here when the dialog has no field. */
  focusCancel?: boolean;
};

export function DialogActions({ busy, submit, danger = false, onCancel, focusCancel = false }: DialogActionsProps) {
  const { t } = useText();
  return (
    <div className={css.actions}>
      <Button variant="default" onClick={onCancel} {...(focusCancel ? { 'data-autofocus': true } : {})}>
        {t('action.cancel')}
      </Button>
      <SubmitButton busy={busy} busyText={t('action.working')} color={danger ? 'shu' : 'ai'}>
        {submit}
      </SubmitButton>
    </div>
  );
}
