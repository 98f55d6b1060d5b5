import { VisuallyHidden } from '@mantine/core';
import { useId, useLayoutEffect } from 'react';
import { useText } from '../language.ts';
import { CheckIcon, InfoIcon, OffIcon } from '../look/icons.tsx';
import { passwordLength } from './checks.ts';
import css from './new-password-field.module.css';
import { PasswordField } from './password-field.tsx';

type NewPasswordFieldProps = {
  id: string;
  name: string;
  label: string;
  value: string;
  min: number;
  /** The account's address, which must not be the password. */
  email?: string | undefined;
};

/** A new password with its length as a meter and the rules as a list that is checked while typing. */
export function NewPasswordField({ min, email, ...field }: NewPasswordFieldProps) {
  const { t } = useText();
  const rulesId = useId();
  // The kit lets a password be described by its own words only.
  useLayoutEffect(() => {
    const input = document.getElementById(field.id);
    const ids = (input?.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean);
    input?.setAttribute('aria-describedby', [...new Set([...ids, rulesId])].join(' '));
  });
  const length = passwordLength(field.value);
  const rules = [
    { text: t('passwordRule.length', { min }), met: length >= min },
    ...(email ? [{ text: t('passwordRule.notEmail'), met: length > 0 && field.value !== email }] : []),
  ];
  return (
    <div className={css.block}>
      <PasswordField {...field} autoComplete="new-password" />
      <LengthMeter length={length} min={min} />
      <ul id={rulesId} className={css.rules} aria-label={t('passwordRule.heading')}>
        {rules.map(({ text, met }) => (
          <li key={text} className={met ? css.met : undefined}>
            {met ? <CheckIcon size={16} /> : <OffIcon size={16} />}
            <span>{text}</span>
            <VisuallyHidden> ({t(met ? 'passwordRule.met' : 'passwordRule.unmet')})</VisuallyHidden>
          </li>
        ))}
        <li>
          <InfoIcon size={16} />
          <span>{t('passwordRule.common')}</span>
        </li>
      </ul>
    </div>
  );
}

const levels = ['none', 'short', 'enough', 'long'] as const;

function levelOf(length: number, min: number): 0 | 1 | 2 | 3 {
  if (length === 0) return 0;
  if (length < min) return 1;
  return length < min + 8 ? 2 : 3;
}

// Strength is judged by the server, which has the word lists; here only the length is certain.
function LengthMeter({ length, min }: { length: number; min: number }) {
  const { t } = useText();
  const level = levelOf(length, min);
  const words = t(`passwordRule.levels.${levels[level]}`);
  return (
    <div className={css.meterRow}>
      <div
        role="meter"
        className={css.meter}
        data-level={level}
        aria-label={t('passwordRule.meter')}
        aria-valuemin={0}
        aria-valuemax={3}
        aria-valuenow={level}
        aria-valuetext={words}
      >
        <span />
        <span />
        <span />
      </div>
      <span className={css.words} aria-hidden="true">
        {words}
      </span>
    </div>
  );
}
