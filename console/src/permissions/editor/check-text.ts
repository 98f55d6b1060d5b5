import { operations } from 'virtual:operations';
import type { Language } from '@warifu/contract';
import { check, describeProblem, type LintFinding, misspellings, type Problem, parse } from '@warifu/policy';

/** Something to say about a text: what the server would refuse, or a warning. */
export type Remark = {
  level: 'error' | 'security' | 'suggestion';
  from: number;
  to: number;
  line: number;
  column: number;
  message: string;
  fix: LintFinding['fix'];
};

/** The same judgement, and the same words, as the server's. Nothing is said about an empty text. */
export function checkText(text: string, language: Language): Remark[] {
  if (text.trim() === '') return [];
  const result = parse(text);
  if (!result.ok) return result.problems.map((problem) => remark(problem, 'error', null, language));
  // A name that is spelled wrong is refused by the server; the rest may be saved.
  const refused = misspellings(result.document, operations).map((problem) => remark(problem, 'error', null, language));
  const found = check(result.document, operations);
  return [...refused, ...found.map((finding) => remark(finding, finding.severity, finding.fix, language))];
}

function remark(problem: Problem, level: Remark['level'], fix: LintFinding['fix'], language: Language): Remark {
  const { line, column, offset, length } = problem;
  return { level, from: offset, to: offset + length, line, column, message: describeProblem(problem, language), fix };
}
