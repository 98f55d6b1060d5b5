import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile, type DocumentOrigin, describeProblemAt, parse, parseCondition, type Request } from '../src/index.ts';
import { CALL, documentOf } from './support.ts';

interface Case {
  readonly name: string;
  readonly sources: readonly { readonly from: DocumentOrigin; readonly permission: object }[];
  readonly request: Partial<Request>;
  readonly decision: 'allow' | 'deny';
  /** "own 1", "role admin 2", "default 1": origin and number of each deciding statement. */
  readonly deciding: readonly string[];
}

interface Refused {
  readonly name: string;
  readonly text: string;
  readonly problems: readonly { code: string; line: number; column: number; text: string }[];
}

function corpus<T>(name: string): readonly T[] {
  const text = readFileSync(new URL(`../corpus/${name}.json`, import.meta.url), 'utf8');
  return JSON.parse(text) as readonly T[];
}

function nameOf(from: DocumentOrigin): string {
  return from.kind === 'role' ? `role ${from.name}` : from.kind;
}

for (const file of ['reference-examples', 'flow-c', 'semantics']) {
  describe(file, () => {
    for (const { name, sources, request, decision, deciding } of corpus<Case>(file)) {
      it(name, () => {
        const decider = compile(
          sources.map(({ from, permission }) => ({ from, document: documentOf(JSON.stringify(permission)) })),
        );
        const call = { ...CALL, ...request };
        expect(decider.decide(call)).toBe(decision);
        const { statements, ...explanation } = decider.explain(call);
        expect(explanation.decision).toBe(decision);
        const named = statements.filter((s) => s.deciding).map((s) => `${nameOf(s.from)} ${s.statement}`);
        expect(named).toEqual(deciding);
      });
    }
  });
}

describe('refused', () => {
  for (const { name, text, problems } of corpus<Refused>('refused')) {
    it(name, () => {
      const result = parse(text);
      if (result.ok) throw new Error('accepted');
      expect(result.problems.map(({ code, line, column, text }) => ({ code, line, column, text }))).toEqual(problems);
      for (const problem of result.problems) {
        expect(text.slice(problem.offset, problem.offset + problem.length)).toBe(problem.text);
        for (const language of ['en', 'ja'] as const)
          expect(describeProblemAt(problem, language)).not.toMatch(/undefined|[{#`]\w/);
      }
    });
  }

  it('a condition alone, with places in its own text', () => {
    expect(parseCondition('true and\n  x').ok).toBe(false);
    const result = parseCondition('true and\n  x');
    expect(!result.ok && result.problems[0]).toMatchObject({ code: 'COND_UNKNOWN_VARIABLE', line: 2, column: 3 });
    expect(parseCondition("samUserName == '\u0000'").ok).toBe(false);
    expect(parseCondition("samUserName == '\ud800'").ok).toBe(false);
    expect(parseCondition('').ok).toBe(false);
    expect(parseCondition('mfaAuthenticated')).toMatchObject({ ok: true, condition: { text: 'mfaAuthenticated' } });
  });

  it('a half pair that is not escaped', () => {
    const result = parse('{"statements":[{"effect":"allow","api":"😀\udc00"}]}');
    expect(!result.ok && result.problems).toMatchObject([{ code: 'PERM_TEXT', offset: 42, length: 1 }]);
  });
});
