import type { Expression, Pattern, PermissionDocument, Range, Statement, StringLiteral } from './ast.ts';
import { type Catalogue, catalogueOf, effort, matching } from './catalogue.ts';
import type { Budget } from './implication.ts';
import { LIMITS } from './limits.ts';
import { inDocument } from './lint-values.ts';
import { glob } from './pattern.ts';
import { type Finding, finding, locate, type Problem } from './problem.ts';
import type { Operation } from './source.ts';
import { subexpressions } from './walk.ts';

interface Search {
  readonly catalogue: Catalogue;
  /** The same operations by their folded names. */
  readonly folded: Catalogue;
  readonly written: ReadonlyMap<string, string>;
  readonly budget: Budget;
}

/**
 * Patterns, and names that conditions compare `api` with, that match no operation of the catalogue, but would if case and
 * blanks did not count: reasons to refuse the document, since a deny of `user:*` that denies nothing looks right. A pattern that matches something is never one.
 * At most 20, in the order of the text. Bounded in time; in a document of thousands of such patterns not all are seen.
 */
export function misspellings({ statements, text }: PermissionDocument, catalogue: readonly Operation[]): Problem[] {
  const search = searchOf(catalogue);
  const known = new Map<string, readonly string[]>();
  const findings: Finding[] = [];
  for (const pattern of statements.flatMap((statement) => [...statement.api, ...inCondition(statement, text)])) {
    if (findings.length === LIMITS.problems || search.budget.steps <= 0) break;
    const suggestions = known.get(pattern.text) ?? meantBy(pattern, search);
    known.set(pattern.text, suggestions);
    if (suggestions.length > 0) {
      findings.push(finding('PERM_MISSPELLED', pattern.start, pattern.end, { suggestions }));
    }
  }
  return locate(text, findings);
}

type Named = Pick<Pattern, 'text'> & Range;

function inCondition({ condition }: Statement, text: string): Named[] {
  if (condition === null) return [];
  const named = subexpressions(condition.expression).flatMap(besideApi);
  return named.map((range) => ({ text: range.text, ...inDocument(range, condition, text) }));
}

/** The texts that `api` is compared with here. */
function besideApi(e: Expression): Named[] {
  if (e.kind === 'like') return isApi(e.left) ? [{ ...e.pattern, text: e.pattern.value }] : [];
  const parts = e.kind === 'compare' ? [e.left, e.right] : e.kind === 'in' ? [e.left, ...e.list] : [];
  if (!parts.some(isApi)) return [];
  // A star is no pattern here.
  const texts = parts.filter((part) => part.kind === 'string' && !part.value.includes('*')) as StringLiteral[];
  return texts.map((part) => ({ ...part, text: part.value }));
}

function isApi(e: Expression): boolean {
  return e.kind === 'variable' && e.name === 'api';
}

function searchOf(catalogue: readonly Operation[]): Search {
  const written = new Map(catalogue.map(({ name }) => [fold(name), name]));
  const folded = [...written.keys()].map((name) => ({ name, pathVariables: [] }));
  const budget = { steps: LIMITS.spellingSteps };
  return { catalogue: catalogueOf(catalogue), folded: catalogueOf(folded), written, budget };
}

/** What is the same for a reader: case, width and blanks (also those that cannot be seen) do not count. */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Cc}]/gu, '')
    .toLowerCase();
}

/** Patterns spelled rightly that may be meant; none when this one matches something, or is no such mistake. */
function meantBy({ text }: Named, { catalogue, folded, written, budget }: Search): readonly string[] {
  budget.steps -= effort(catalogue, text) + text.length / 8;
  if (matching(catalogue, text).length > 0) return [];
  const like = fold(text);
  if (like === '') return [];
  budget.steps -= effort(folded, like);
  if (budget.steps <= 0) return [];
  const names = matching(folded, like).map(({ name }) => written.get(name) as string);
  return [...new Set(names.map((name) => respelled(like, name)))].slice(0, SHOWN);
}

const SHOWN = 3;

/** The folded pattern as `name` spells it: each part where it is first found, the last one at the end. */
function respelled(pattern: string, name: string): string {
  const { parts } = glob(pattern);
  const folded = fold(name);
  // Names of other lengths when folded are not spelled part by part.
  if (folded.length !== name.length) return name;
  let at = 0;
  const spelled = parts.map((part, i) => {
    const isLast = i === parts.length - 1 && i > 0;
    const start = isLast ? name.length - part.length : folded.indexOf(part, at);
    at = start + part.length;
    return name.slice(start, at);
  });
  return spelled.join('*');
}
