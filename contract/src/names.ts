/**
 * What people call SAM users and roles: the one rule that the server, the console and the reader of trust policies share.
 * Why it is this one: docs/decisions/0021-names.md.
 */

const longest = 64;
const form = /^[\p{L}\p{Nd}][\p{L}\p{Nd}\p{M} ._@+-]*$/u;
/** Marks that stand on nothing, blanks that nobody sees, and letters that show nothing. */
const unseen = /[ ._@+-]\p{M}| {2}| $|\p{Default_Ignorable_Code_Point}/u;
const latin = /\p{Script=Latin}/u;
/** Scripts with many letters that look like Latin ones. */
const likeLatin = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** The rule in words. */
export const nameRule = {
  en: '1 to 64 letters or digits of any script, and spaces inside and . _ - @ +; it begins with a letter or digit, has no invisible characters and does not mix Latin with Greek or Cyrillic letters',
  ja: '文字または数字で始まる 64 文字以内の名前を指定してください。使えるのは、各国の文字と数字、途中の空白 (1 つずつ)、記号 . _ - @ + です。目に見えない文字は使えません。ラテン文字とギリシャ文字・キリル文字を混ぜることもできません。',
} as const;

/** The form in which a name is kept, shown and compared by conditions: composed (Unicode NFC), otherwise as written. */
export function storedName(name: string): string {
  return isAscii.test(name) ? name : name.normalize('NFC');
}

/** A new name as somebody typed it: the wide blank of Japanese keyboards is a blank, and those around do not count. */
export function typedNewName(text: string): string {
  return storedName(text.replaceAll('\u3000', ' ').trim());
}

/**
 * What two names must not share: the same letters whatever their case, width or composition (Unicode NFKC, case
 * folded), with blanks as in the middle of a line. Whoever signs in is found by it.
 */
export function accountKey(name: string): string {
  const folded = name.normalize('NFKC').trim().replace(/ +/g, ' ');
  // Upper case first: it makes one of letters that have two small forms, or none of their own.
  return isAscii.test(folded) ? folded.toLowerCase() : folded.toUpperCase().toLowerCase().normalize('NFKC');
}

const isAscii = /^[\x20-\x7e]*$/;

/** Whether a user or role may be called so. */
export function isName(text: string): boolean {
  const name = storedName(text);
  if (!hasForm(name) || [...name].length > longest) return false;
  const plain = name.normalize('NFKC');
  return hasForm(plain) && !(latin.test(plain) && likeLatin.test(plain));
}

function hasForm(name: string): boolean {
  return form.test(name) && !unseen.test(name);
}

/** Whether somebody may be meant by what was typed at sign-in, in any case or width; nothing means nobody. */
export function isTypedName(text: string): boolean {
  const typed = text.normalize('NFKC').trim().replace(/ +/g, ' ');
  return typed === '' || isName(typed);
}

/** A role's ID: its name, or for a built-in role an SRN. */
export function isRoleId(text: string): boolean {
  return isName(text) || /^srn:[A-Za-z0-9:._-]{1,124}$/.test(text);
}

/** Names that are words of the API's paths, or of the language that clients are written in. */
const reserved = new Set(['default_permissions', '__proto__', 'constructor', 'prototype']);

/** Whether a name may not be given to a SAM user, although its form is right. */
export function isReservedName(name: string): boolean {
  return reserved.has(accountKey(name));
}

/** How trust policies name root users and SAM users: exactly, without a wildcard (`PrincipalForm` of the language). */
export const principals = {
  key: 'soracom',
  accepts: isPrincipal,
  examples: ['srn:soracom:OP0123456789::User:name', 'srn:soracom:OP0123456789::Operator:OP0123456789'],
} as const;

/** Whether a text is the name of a root user or SAM user in trust policies. */
export function isPrincipal(text: string): boolean {
  const { operatorId, userName } = principalOf(text);
  if (operatorId === '') return false;
  return userName === '' ? text === srnOf(operatorId, '') : isName(userName);
}

/** The name of a user in trust policies; of the root user when `userName` is empty. */
export function srnOf(operatorId: string, userName: string): string {
  return `srn:soracom:${operatorId}::${userName === '' ? `Operator:${operatorId}` : `User:${userName}`}`;
}

/** The user whom an SRN names; the name is empty for a root user, and both are for what is no SRN. */
export function principalOf(srn: string): { operatorId: string; userName: string } {
  const [, operatorId = '', kind, name = ''] = /^srn:soracom:(OP\d{10})::(Operator|User):([^\r\n]+)$/.exec(srn) ?? [];
  return { operatorId, userName: kind === 'User' ? name : '' };
}
