import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, compileCondition, type DocumentOrigin, format, parse, parseCondition, reach } from '../src/index.ts';
import { request, statement, textOf } from './arbitraries.ts';
import { decideSlowly, type ModelStatement } from './model.ts';
import { documentOf, source, withoutPlaces } from './support.ts';

const documents = fc.array(fc.array(statement, { maxLength: 4 }), { minLength: 1, maxLength: 3 });
const requests = fc.array(request, { minLength: 50, maxLength: 50 });
const ORIGINS: readonly DocumentOrigin[] = [{ kind: 'own' }, { kind: 'role', name: 'r' }, { kind: 'default' }];

function compiled(sets: readonly (readonly ModelStatement[])[]) {
  return compile(sets.map((set, i) => source(documentOf(textOf(set)), ORIGINS[i % 3])));
}

describe('the compiled decider and the model', () => {
  it('agree on 100,000 random cases', () => {
    fc.assert(
      fc.property(documents, requests, (sets, calls) => {
        const decider = compiled(sets);
        for (const call of calls) if (decider.decide(call) !== decideSlowly(sets.flat(), call)) return false;
        return true;
      }),
      { numRuns: 2000 },
    );
  });

  it('agree on single conditions, and so does the explanation', () => {
    fc.assert(
      fc.property(statement, fc.array(request, { minLength: 10, maxLength: 10 }), ({ condition }, calls) => {
        if (condition === null) return;
        const parsed = parseCondition(condition.text);
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
        const evaluate = compileCondition(parsed.condition.expression);
        const decider = compiled([[{ effect: 'allow', api: ['*'], condition }]]);
        for (const call of calls) {
          const meant = condition.meaning(call);
          expect(evaluate(call)).toBe(meant);
          const [explained] = decider.explain(call).statements;
          expect(explained?.condition?.value).toBe(meant);
          expect(explained?.condition?.failing === null).toBe(meant !== 'fails');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('explain gives the decision of decide, and ruling its first deciding statement', () => {
    fc.assert(
      fc.property(documents, request, (sets, call) => {
        const decider = compiled(sets);
        const { decision, statements, rule } = decider.explain(call);
        expect(decision).toBe(decider.decide(call));
        expect(statements.length).toBe(sets.flat().length);
        expect(statements.some(({ deciding }) => deciding)).toBe(rule !== 'default');
        const first = statements.find(({ deciding }) => deciding);
        const { from, statement, effect } = first ?? {};
        expect(decider.ruling(call)).toEqual(first && { from, statement, effect });
      }),
      { numRuns: 500 },
    );
  });
});

describe('properties', () => {
  it('adding a deny never allows more', () => {
    fc.assert(
      fc.property(documents, statement, requests, (sets, more, calls) => {
        const before = compiled(sets);
        const after = compiled([...sets, [{ ...more, effect: 'deny' }]]);
        for (const call of calls) if (after.decide(call) === 'allow') expect(before.decide(call)).toBe('allow');
      }),
      { numRuns: 200 },
    );
  });

  it('adding an allow never denies more', () => {
    fc.assert(
      fc.property(documents, statement, requests, (sets, more, calls) => {
        const before = compiled(sets);
        const after = compiled([...sets, [{ ...more, effect: 'allow' }]]);
        for (const call of calls) if (before.decide(call) === 'allow') expect(after.decide(call)).toBe('allow');
      }),
      { numRuns: 200 },
    );
  });

  it('order never matters, nor does the document a statement is in', () => {
    const shuffled = documents.chain((sets) =>
      fc.tuple(fc.constant(sets), fc.shuffledSubarray(sets.flat(), { minLength: sets.flat().length })),
    );
    fc.assert(
      fc.property(shuffled, requests, ([sets, all], calls) => {
        const [one, other] = [compiled(sets), compiled([all])];
        for (const call of calls) expect(other.decide(call)).toBe(one.decide(call));
      }),
      { numRuns: 200 },
    );
  });

  it('parse(format(d)) equals d', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 5 }), (statements) => {
        const document = documentOf(textOf(statements));
        const again = documentOf(format(document));
        expect(withoutPlaces(again)).toEqual(withoutPlaces(document));
        expect(format(again)).toBe(format(document));
      }),
      { numRuns: 1000 },
    );
  });

  it('reach is certain where it says always or never', () => {
    fc.assert(
      fc.property(documents, requests, (sets, calls) => {
        const sources = sets.map((set) => source(documentOf(textOf(set))));
        const decider = compile(sources);
        for (const call of calls) {
          const operation = { name: call.api, pathVariables: Object.keys(call.pathVariables) };
          const [reached] = reach(sources, [operation]);
          if (reached?.allowed === 'always') expect(decider.decide(call)).toBe('allow');
          if (reached?.allowed === 'never') expect(decider.decide(call)).toBe('deny');
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('any text', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    '"statements"',
    '"effect"',
    '"api"',
    '"condition"',
    '"allow"',
    "'",
    '(',
    ')',
    'and ',
    'not ',
    'in ',
    '==',
    '*',
    '\u0000',
    '\ud800',
    '\\u00',
    '1',
    'date',
    'currentDate',
    'pathVariable',
    ' ',
    '\n',
    '😀',
  ];
  const noise = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((list) => list.join(''));
  const texts = fc.oneof(noise, fc.string({ unit: 'binary' }), fc.json());

  it('is parsed or refused with problems that can be told, never thrown at', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const whole of [text, JSON.stringify({ statements: [{ effect: 'allow', api: text, condition: text }] })]) {
          const result = parse(whole);
          if (!result.ok) expect(result.problems.length).toBeGreaterThan(0);
        }
        const alone = parseCondition(text);
        if (!alone.ok) expect(alone.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 20_000 },
    );
  });

  it('that is cut or changed anywhere in a right document', () => {
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 2 }),
        fc.nat(),
        fc.constantFrom('', '"', "'", '}', '\\', 'x'),
        (statements, at, put) => {
          const text = textOf(statements);
          const place = at % text.length;
          parse(text.slice(0, place));
          parse(text.slice(0, place) + put + text.slice(place + 1));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
