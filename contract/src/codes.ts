/**
 * Dashes of every script (minus signs, bullets, rules and the long-vowel mark are typed as such), spaces, and what is
 * not seen at all: direction marks, joiners, variation selectors, fillers.
 */
const between =
  /[\p{Dash}\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u02d7\u2043\u2212\u2500\u2501\u2796\u2800\u30fb\u30fc]/gu;

/**
 * A code as a person typed or pasted it, in the one spelling that counts: "123 456", "123−456" and full-width digits
 * are 123456. What is neither a dash, a space nor invisible stays, so that it is refused.
 */
export function plainCode(typed: string): string {
  return typed.normalize('NFKC').replace(between, '').toUpperCase();
}

const sixDigits = /^[0-9]{6}$/;

/** Whether what was typed holds six digits and nothing else. */
export function isOtpCode(typed: string): boolean {
  return sixDigits.test(plainCode(typed));
}

/** Symbols of codes that people type: 31, none of 0 1 I L O, which are too easily taken for each other. */
export const codeSymbols = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const backupCodeForm = new RegExp(`^[${codeSymbols}]{8}$`);

/**
 * The symbol that makes a backup code of seven random ones: the last of the eight. It makes the sum of all, the value
 * of each times its own weight, divisible by 31. 31 is prime and the weights are 2 to 8 and 1, so one wrong symbol, or
 * two that changed places, never leaves the sum as it was (as in ISBN-10, ISO 2108).
 */
export function checkSymbol(seven: string): string {
  const sum = [...seven].reduce((total, symbol, i) => total + (i + 2) * codeSymbols.indexOf(symbol), 0);
  const { length } = codeSymbols;
  return codeSymbols.charAt((length - (sum % length)) % length);
}

/**
 * A backup code as a person typed it, in the one spelling that counts.
 * @returns `malformed` when it has not eight of the symbols, `mistyped` when its check symbol says that one is wrong
 */
export function readBackupCode(typed: string): { readonly code: string } | 'malformed' | 'mistyped' {
  const code = plainCode(typed);
  if (!backupCodeForm.test(code)) return 'malformed';
  return code.endsWith(checkSymbol(code.slice(0, -1))) ? { code } : 'mistyped';
}

/** Symbols of a code that is handed over for a reset: 31 each, 49.5 bits, beside the password. */
export const handedCodeLength = 10;
const handedCodeForm = new RegExp(`^[${codeSymbols}]{${handedCodeLength}}$`);

/** Such a code as a person typed it, in the one spelling that counts; undefined when it cannot be one. */
export function readHandedCode(typed: string): string | undefined {
  const code = plainCode(typed);
  return handedCodeForm.test(code) ? code : undefined;
}
