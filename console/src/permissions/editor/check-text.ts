import type { ErrorFacts, Language } from '@warifu/contract';
import { describeProblem, type LintFinding, type Problem } from '@warifu/policy';

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

type Read<Document> = { ok: true; document: Document } | { ok: false; problems: readonly Problem[] };
type Judged = { refused?: readonly Problem[]; found: readonly LintFinding[] };

/** The remarks about a text, read and judged as its kind is. Nothing is said about an empty text. */
export function remarksOn<Document>(
  text: string,
  language: Language,
  read: (text: string) => Read<Document>,
  judge: (document: Document) => Judged,
): Remark[] {
  if (text.trim() === '') return [];
  const result = read(text);
  if (!result.ok) return result.problems.map((problem) => remark(problem, 'error', null, language));
  const { refused = [], found } = judge(result.document);
  return [
    ...refused.map((problem) => remark(problem, 'error', null, language)),
    ...found.map((finding) => remark(finding, finding.severity, finding.fix, language)),
  ];
}

function remark(problem: Problem, level: Remark['level'], fix: LintFinding['fix'], language: Language): Remark {
  const { line, column, offset, length } = problem;
  return { level, from: offset, to: offset + length, line, column, message: describeProblem(problem, language), fix };
}

/** What the server refused a text for, where it said the place. */
export function remarkOnRefusal(text: string, facts: ErrorFacts, message: string): Remark | undefined {
  const { line, column = 1 } = facts;
  if (line === undefined) return undefined;
  const before = text.split(/(?<=\r\n|\r(?!\n)|\n)/).slice(0, line - 1);
  const from = Math.min(before.join('').length + column - 1, text.length);
  return {
    level: 'error',
    from,
    to: from + (/^[^\r\n]/.test(text.slice(from)) ? 1 : 0),
    line,
    column,
    message,
    fix: null,
  };
}
