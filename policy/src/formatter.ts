import type { PermissionDocument, Statement } from './ast.ts';
import { bytesAbove, LIMITS } from './limits.ts';
import { printExpression } from './printer.ts';

/**
 * The document as indented JSON, statements and patterns in their order, conditions evenly spaced.
 * `parse` of the result gives an equal document. A text that would grow past a limit keeps
 * the spelling of its conditions, and in the end its compactness.
 */
export function format(document: PermissionDocument): string {
  const pretty = JSON.stringify(shape(document, evenCondition), null, 2);
  if (fits(pretty)) return pretty;
  const compact = JSON.stringify(shape(document, evenCondition));
  return fits(compact) ? compact : JSON.stringify(shape(document, writtenCondition));
}

function fits(text: string): boolean {
  return bytesAbove(LIMITS.documentBytes, text) === 0;
}

type ConditionText = (condition: NonNullable<Statement['condition']>) => string;

function writtenCondition(condition: NonNullable<Statement['condition']>): string {
  return condition.text;
}

function evenCondition(condition: NonNullable<Statement['condition']>): string {
  const even = printExpression(condition.expression);
  return bytesAbove(LIMITS.conditionBytes, even) === 0 ? even : condition.text;
}

function shape({ statements }: PermissionDocument, conditionText: ConditionText): object {
  return {
    statements: statements.map(({ effect, api, condition }) => ({
      effect,
      api: only(api.map(({ text }) => text)),
      ...(condition === null ? {} : { condition: conditionText(condition) }),
    })),
  };
}

/** One pattern is written without a list. */
function only(texts: readonly string[]): readonly string[] | string | undefined {
  return texts.length === 1 ? texts[0] : texts;
}
