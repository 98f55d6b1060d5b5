/**
 * Dashes of every script (minus signs, bullets, rules and the long-vowel mark are typed as such), spaces, and what is
 * not seen at all: direction marks, joiners, variation selectors, fillers.
 */
const between =
  /[\p{Pd}\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u02d7\u2043\u2212\u2500\u2501\u2796\u2800\u30fb\u30fc]/gu;

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
