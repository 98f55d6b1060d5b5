import { compile, type ExplainedStatement, type Trace } from '@warifu/policy';
import type { Context } from '../context.ts';
import { sourcesOf, type Texts } from './documents.ts';
import { type Called, factsOf, type Subject } from './facts.ts';
import type { Access } from './who-can.ts';

export type AskedCall = {
  readonly subject: Subject;
  readonly called: Called & { readonly endpoint: { readonly personOnly: boolean } };
};

/**
 * Decides a call of a SAM user and says why, statement by statement. What needs no permission says so: the statements
 * do not count for it.
 */
export function explain(ctx: Context, texts: Texts, access: Access = 'permission', { subject, called }: AskedCall) {
  const { decision, rule, statements } = compile(sourcesOf(texts)).explain(factsOf(ctx, subject, called));
  const open = access === 'anyone' || access === 'signed in';
  const shut = access === 'root' || (called.endpoint.personOnly && !isPerson(subject.authMethod));
  const settled = shut ? ('deny' as const) : open ? ('allow' as const) : decision;
  return { access, decision: settled, rule, statements: statements.map(toReply) };
}

function isPerson(authMethod: Subject['authMethod']): boolean {
  return authMethod !== 'authKey' && authMethod !== 'switchUser';
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
