import { Button, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { firstField } from '../fields/first-field.ts';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useText } from '../language.ts';
import css from './dialog.module.css';
import { useDialogFocus } from './focus.ts';
import { CloseIcon } from './icons.tsx';

type DialogProps = {
  title: string;
  opened: boolean;
  onClose: () => void;
  size?: string;
  /** Nothing of the page is to be seen behind it. */
  curtain?: boolean;
  children: ReactNode;
};

/** A dialog: focus goes in and comes back, Esc closes the topmost, and on a narrow screen it fills the sheet. */
export function Dialog({ title, opened, onClose, size = '32rem', curtain = false, children }: DialogProps) {
  const { t } = useText();
  const id = useId();
  const takeFocus = useDialogFocus(opened);
  const narrow = useMediaQuery('(max-width: 30em)', false, { getInitialValueInEffect: false }) ?? false;
  return (
    <Modal
      stackId={id}
      opened={opened}
      returnFocus={false}
      onClose={onClose}
      title={title}
      size={size}
      closeOnClickOutside={false}
      fullScreen={narrow}
      classNames={{ title: css.title, header: css.header, body: css.body, content: css.content }}
      closeButtonProps={{ 'aria-label': t('action.close'), size: 40, icon: <CloseIcon /> }}
      overlayProps={curtain ? { color: 'var(--page)', backgroundOpacity: 1 } : { backgroundOpacity: 0.55 }}
      transitionProps={{ duration: 120 }}
    >
      <Body takeFocus={takeFocus}>{children}</Body>
    </Modal>
  );
}

/** A dialog that asks for something is there to be typed into: without another wish, its first empty field is first. */
function Body({ takeFocus, children }: { takeFocus: (dialog: HTMLElement) => void; children: ReactNode }) {
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!body.current) return;
    if (!body.current.querySelector('[data-autofocus]')) firstField(body.current)?.setAttribute('data-autofocus', '');
    takeFocus(body.current);
  }, [takeFocus]);
  // Wherever a dialog was opened: for React its form is inside the one around its button, which is not meant by it.
  return (
    <div ref={body} onSubmit={(event) => event.stopPropagation()}>
      {children}
    </div>
  );
}

/** The buttons at the end of a dialog; they stay in view while what is above them is scrolled. */
export function DialogFoot({ children }: { children: ReactNode }) {
  return <div className={css.actions}>{children}</div>;
}

type DialogActionsProps = {
  busy: boolean;
  /** The verb of what happens, never "OK". */
  submit: string;
  danger?: boolean;
  /** Instead of "Cancel". */
  cancel?: string | undefined;
  onCancel: () => void;
  /** The focus starts here when the dialog has no field. */
  focusCancel?: boolean;
};

export function DialogActions({
  busy,
  submit,
  danger = false,
  cancel,
  onCancel,
  focusCancel = false,
}: DialogActionsProps) {
  const { t } = useText();
  return (
    <DialogFoot>
      <Button variant="default" onClick={onCancel} {...(focusCancel ? { 'data-autofocus': true } : {})}>
        {cancel ?? t('action.cancel')}
      </Button>
      <SubmitButton busy={busy} busyText={t('action.working')} color={danger ? 'shu' : 'ai'}>
        {submit}
      </SubmitButton>
    </DialogFoot>
  );
}
