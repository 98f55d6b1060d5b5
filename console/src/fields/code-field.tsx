import { TextInput, type TextInputProps } from '@mantine/core';
import { isOtpCode, plainCode } from '@warifu/contract';
import type { ChangeEvent } from 'react';
import { useText } from '../language.ts';
import css from './code-field.module.css';

type CodeFieldProps = Omit<TextInputProps, 'onChange'> & {
  value?: string;
  onChange?: (event: ChangeEvent<HTMLInputElement>) => void;
};

/**
 * The six digits of the authenticator in one field. A code that arrives at once, pasted or filled in, submits the form;
 * one typed by hand waits, because the person may want to correct it.
 */
export function CodeField({ onChange, ...props }: CodeFieldProps) {
  const { t } = useText();
  const changed = (event: ChangeEvent<HTMLInputElement>) => {
    const digits = plainCode(event.currentTarget.value);
    // What the field had is its value and not what was typed last: a refused code was taken out of it.
    const atOnce = digits.length - plainCode(props.value ?? '').length > 1;
    const form = event.currentTarget.form;
    onChange?.(event);
    // The form reads its state, which is only up to date after this render.
    if (atOnce && isOtpCode(digits)) setTimeout(() => form?.requestSubmit());
  };

  return (
    <TextInput
      label={t('field.code')}
      description={t('field.codeHint')}
      inputMode="numeric"
      autoComplete="one-time-code"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      {...props}
      onChange={changed}
      classNames={{ input: css.input }}
    />
  );
}
