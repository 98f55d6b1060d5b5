import type { PermissionDocument } from './ast.ts';
import { catalogueOf } from './catalogue.ts';
import type { Edit } from './edit.ts';
import { LIMITS } from './limits.ts';
import { lintCatalogue } from './lint-catalogue.ts';
import { lintRepetition } from './lint-repetition.ts';
import { lintSecurity } from './lint-security.ts';
import { lintValues } from './lint-values.ts';
import type { Note, Severity } from './note.ts';
import { finding, locate, type Problem } from './problem.ts';
import type { Operation } from './source.ts';

/** A warning about a document that may be saved all the same. */
export interface LintFinding extends Problem {
  readonly severity: Severity;
  /** A change of the document's text that settles it, for a button. */
  readonly fix: Edit | null;
}

/**
 * Warnings about a document that `parse` accepted: security ones first, then suggestions, each in the order of the text;
 * at most 50. With an empty catalogue nothing is said of single operations. Under 50 ms for any document and 2,000 operations.
 */
export function check(document: PermissionDocument, catalogue: readonly Operation[]): LintFinding[] {
  const budget = { steps: LIMITS.lintSteps };
  const notes = [
    ...lintSecurity(document, catalogue),
    ...lintValues(document),
    ...lintRepetition(document, budget),
    ...(catalogue.length === 0 ? [] : lintCatalogue(document, catalogueOf(catalogue), budget)),
  ];
  return report(document.text, notes);
}

/** Security ones first, each in the order of the text; at most 50. */
export function report(text: string, notes: readonly Note[]): LintFinding[] {
  const chosen = notes.toSorted(byWeight).slice(0, LIMITS.findings);
  const places = chosen.map(({ code, range, params }) => finding(code, range.start, range.end, params));
  return locate(text, places).map((problem, i) => {
    const { severity, fix } = chosen[i] as Note;
    return { ...problem, severity, fix };
  });
}

function byWeight(a: Note, b: Note): number {
  return weight(a) - weight(b) || a.range.start - b.range.start;
}

function weight({ severity }: Note): number {
  return severity === 'security' ? 0 : 1;
}
