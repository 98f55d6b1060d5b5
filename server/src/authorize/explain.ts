import type { Access } from '@warifu/contract';
import { compile, type DocumentOrigin, type ExplainedStatement, type Trace } from '@warifu/policy';
import type { Context } from '../context.ts';
import { sourcesOf, type Texts } from './documents.ts';
import { type Called, factsOf, type Subject } from './facts.ts';
import { type Asked, type Asking, verdictOf } from './verdict.ts';

/** A call that somebody asks about, and who would make it. */
export type AskedCall = {
  readonly subject: Subject & Asking;
  readonly called: Called & Pick<Asked, 'endpoint'>;
  readonly access: Access;
};

/**
 * Decides a call of a SAM user as the guard does, and says why, statement by statement.
 * @param texts that its permissions are made of
 */
export function explain(ctx: Context, texts: Texts, { subject, called, access }: AskedCall) {
  const explained = compile(sourcesOf(texts)).explain(factsOf(ctx, subject, called));
  const asked = { endpoint: called.endpoint, access, onUser: called.pathVariables.user_name, at: called.at };
  const { decision, settledBy } = verdictOf(subject, asked, explained.decision);
  return { access, decision, settledBy, rule: explained.rule, statements: explained.statements.map(toReply) };
}

/** How answers name the document of a statement: `own`, `role:<id>` or `default`. */
export function sourceOf(from: DocumentOrigin): string {
  return from.kind === 'role' ? `role:${from.name}` : from.kind;
}

function toReply(statement: ExplainedStatement) {
  const { from, effect, applies, deciding, condition } = statement;
  return {
    source: sourceOf(from),
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
