import { isOtpCode, readBackupCode, readHandedCode } from '@warifu/contract';
import type { Translate } from '../language.ts';

type Check = (value: string) => string | null;

/** The lines of a pasted text that look like backup codes: numbering and notes around them are passed over. */
export function backupCodesIn(pasted: string): string[] {
  const lines = pasted.split(/[\r\n\t,]+/).map((line) => readBackupCode(line.replace(/^\s*\d{1,2}[.)]\s+/, '')));
  return [...new Set(lines.filter((line) => typeof line === 'object').map(({ code }) => code))];
}

/** Length as the server counts it: code points after composition. */
export function passwordLength(password: string): number {
  return [...password.normalize('NFC')].length;
}

export const filled =
  (t: Translate, field: string): Check =>
  (value) =>
    value === '' ? t('field.missing', { field }) : null;

export const emailCheck =
  (t: Translate): Check =>
  (value) => {
    if (value.trim() === '') return t('field.missing', { field: t('field.email') });
    return /^[^\s@]+@[^\s@]+$/.test(value.trim()) ? null : t('field.emailForm');
  };

export const codeCheck =
  (t: Translate): Check =>
  (value) =>
    isOtpCode(value) ? null : t('field.codeForm');

export const backupCodeCheck =
  (t: Translate): Check =>
  (value) => {
    const read = readBackupCode(value);
    if (typeof read === 'object') return null;
    return t(read === 'mistyped' ? 'field.backupCodeMistyped' : 'field.backupCodeForm');
  };

/** The code of a reset that somebody else started. */
export const assistedCodeCheck =
  (t: Translate): Check =>
  (value) =>
    readHandedCode(value) === undefined ? t('assist.codeForm') : null;

export const newPasswordCheck =
  (t: Translate, min: number): Check =>
  (value) =>
    passwordLength(value) < min ? t('errors.PW_SHORT', { n: min }) : null;
