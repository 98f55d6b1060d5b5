import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useState } from 'react';
import { useText } from '../language.ts';
import css from './password-field.module.css';

type PasswordFieldProps = PasswordInputProps & { autoComplete: 'current-password' | 'new-password' };

/** A password with a button in words that shows what was typed. Pasting and password managers are welcome. */
export function PasswordField(props: PasswordFieldProps) {
  const { t } = useText();
  const [visible, setVisible] = useState(false);
  return (
    <PasswordInput
      autoCapitalize="none"
      spellCheck={false}
      // The kit says it of the frame only, which nobody reads.
      aria-invalid={props.error ? true : undefined}
      {...props}
      visible={visible}
      onVisibilityChange={setVisible}
      rightSectionWidth="auto"
      classNames={{ visibilityToggle: css.toggle, section: css.section, innerInput: css.input }}
      visibilityToggleIcon={ToggleWord}
      visibilityToggleButtonProps={{
        'aria-label': t(visible ? 'action.hidePassword' : 'action.showPassword'),
        tabIndex: 0,
      }}
    />
  );
}

/** One component for every render, and an element around its word: translating browsers move bare text nodes away. */
function ToggleWord({ reveal }: { reveal: boolean }) {
  const { t } = useText();
  return <span>{t(reveal ? 'action.hide' : 'action.show')}</span>;
}

/** Tells password managers whose password the form is about where no field shows it. */
export function HiddenUserName({ value }: { value: string }) {
  return <input hidden type="text" name="username" autoComplete="username" value={value} readOnly />;
}
