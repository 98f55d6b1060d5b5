import { compile, type ExplainedStatement, type Request, type Trace } from '@warifu/policy';
import { sourcesOf, type Texts } from './documents.ts';

/** Decides a call and says why, statement by statement. */
export function explain(texts: Texts, request: Request) {
  const { decision, rule, statements } = compile(sourcesOf(texts)).explain(request);
  return { decision, rule, statements: statements.map(toReply) };
}

function toReply(statement: ExplainedStatement) {
  const { from, effect, applies, deciding, condition } = statement;
  return {
    source: from.kind === 'role' ? `role:${from.name}` : from.kind,
    statement: statement.statement,
    effect,
    api: statement.patterns.map(({ text, matched }) => ({ pattern: text, matched })),
    ...(condition && {
      condition: {
        text: condition.text,
        value: condition.value,
        ...(condition.failing && { failing: condition.failing.text }),
        parts: flatten(condition.trace, 0),
      },
    }),
    applies,
    deciding,
  };
}

function flatten(trace: Trace, depth: number): { text: string; value: string; depth: number }[] {
  const own = { text: trace.text, value: trace.value === null ? 'fails' : String(trace.value), depth };
  return [own, ...trace.children.flatMap((child) => flatten(child, depth + 1))];
}
