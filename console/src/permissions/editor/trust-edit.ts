import { principals } from '@warifu/contract';
import {
  applyEdit,
  type Edit,
  formatTrustPolicy,
  parseTrustPolicy,
  type TrustDocument,
  type TrustStatement,
} from '@warifu/policy';

/** The document of a text, when it is one. */
export function readTrust(text: string): TrustDocument | undefined {
  const result = parseTrustPolicy(text, principals);
  return result.ok ? result.document : undefined;
}

/**
 * The text with a principal more; what a person wrote stays as it is, and what was laid out stays so. Undefined where the
 * text is no trust policy, to which nothing can be added.
 * @param number of the statement, from 1; 0 for one of its own
 */
export function addPrincipal(text: string, srn: string, number: number): string | undefined {
  if (text.trim() === '') return JSON.stringify({ statements: [statementOf(srn)] }, null, 2);
  const document = readTrust(text);
  const edit = document && editFor(document, srn, number);
  if (!document || !edit) return undefined;
  const edited = applyEdit(text, edit);
  const laidOut = formatTrustPolicy(document, principals) === text.trim() ? readTrust(edited) : undefined;
  return laidOut ? formatTrustPolicy(laidOut, principals) : edited;
}

function editFor({ text, statements }: TrustDocument, srn: string, number: number): Edit | undefined {
  const quoted = JSON.stringify(srn);
  const after = (offset: number, insert: string) => ({ offset, length: 0, insert: `, ${insert}` });
  if (number === 0) {
    const last = statements.at(-1);
    return last && after(last.end, JSON.stringify(statementOf(srn)));
  }
  const named = statements[number - 1]?.principals ?? [];
  const [first, last] = [named[0], named.at(-1)];
  if (!first || !last) return undefined;
  if (text.slice(0, first.start).trimEnd().endsWith('[')) return after(last.end, quoted);
  // A single one stands without a list.
  const alone = text.slice(first.start, first.end);
  return { offset: first.start, length: first.end - first.start, insert: `[${alone}, ${quoted}]` };
}

function statementOf(srn: string) {
  return { effect: 'allow', principal: { [principals.key]: srn } };
}

/** Where a further principal is added unless the person says otherwise: a condition is not to be shared unasked. */
export function usualStatement({ statements }: TrustDocument): number {
  return statements.findLastIndex((statement) => namesUsers(statement) && statement.condition === null) + 1;
}

/** A statement of services alone lets nobody in; nobody is added to it. */
export function namesUsers({ principals }: TrustStatement): boolean {
  return principals.length > 0;
}

/** The services that a policy names; none of them is here. */
export function servicesOf({ statements }: TrustDocument): string[] {
  return [...new Set(statements.flatMap(({ services }) => services.map(({ text }) => text)))];
}

/** How a principal stands to a document: not in it, in it on conditions (their texts, in order), or without any. */
export type Way = 'never' | 'always' | readonly string[];

/** The ways in, by principal. */
export function waysOf(document: TrustDocument | undefined): ReadonlyMap<string, Way> {
  const ways = new Map<string, Way>();
  for (const { principals, condition } of document?.statements ?? []) {
    for (const { text } of principals) {
      const known = ways.get(text) ?? [];
      if (condition === null) ways.set(text, 'always');
      else if (typeof known !== 'string') ways.set(text, [...known, condition.text].toSorted());
    }
  }
  return ways;
}
