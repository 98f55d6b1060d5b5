import { applyEdit, type Edit, format, type PermissionDocument, parse } from '@warifu/policy';

/** A statement as the builder makes it. */
export type NewStatement = {
  readonly effect: 'allow' | 'deny';
  /** One pattern, or several with commas or spaces between. */
  readonly api: string;
  /** Empty for none. */
  readonly condition: string;
};

export function readPermission(text: string): PermissionDocument | undefined {
  const result = parse(text);
  return result.ok ? result.document : undefined;
}

/** Whether a text holds no statement yet, so that a first one makes it a permission. */
export function isBare(text: string): boolean {
  return /^\s*(\{\s*("statements"\s*:\s*\[\s*\]\s*)?\})?\s*$/.test(text);
}

/** The text with a statement more; undefined where it is no permission, to which nothing can be added. */
export function addStatement(text: string, { effect, api, condition }: NewStatement): string | undefined {
  const patterns = api.split(/[\s,、]+/).filter((pattern) => pattern !== '');
  const named = patterns.length === 1 ? patterns[0] : patterns;
  const added = JSON.stringify({ effect, api: named, ...(condition && { condition }) });
  if (isBare(text)) return laidOut(`{"statements":[${added}]}`);
  const document = readPermission(text);
  const last = document?.statements.at(-1);
  return document && last && edited(document, { offset: last.end, length: 0, insert: `, ${added}` });
}

/** The text without its statement `number`, from 1; undefined where it is the only one, or not there. */
export function removeStatement(text: string, number: number): string | undefined {
  const document = readPermission(text);
  const [before, gone, after] = [-2, -1, 0].map((step) => document?.statements[number + step]);
  if (!document || !gone) return undefined;
  if (after) return edited(document, { offset: gone.start, length: after.start - gone.start, insert: '' });
  return before && edited(document, { offset: before.end, length: gone.end - before.end, insert: '' });
}

/** What was laid out stays so; what a person wrote in another way stays as it is. */
function edited(document: PermissionDocument, edit: Edit): string {
  const text = applyEdit(document.text, edit);
  return format(document).trim() === document.text.trim() ? laidOut(text) : text;
}

function laidOut(text: string): string {
  const document = readPermission(text);
  return document ? format(document) : text;
}
