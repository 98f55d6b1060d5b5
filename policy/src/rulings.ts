import type { Condition, Effect } from './ast.ts';
import type { Test } from './condition-compiler.ts';
import { LIMITS } from './limits.ts';
import { FALSE, TRUE } from './outcome.ts';
import { matchesPattern } from './pattern.ts';
import type { Request } from './request.ts';
import type { DocumentOrigin, Source } from './source.ts';

/** The statement that a decision rests on: the first that applies of those whose effect the decision is. */
export interface Ruling {
  readonly from: DocumentOrigin;
  /** Number of the statement in its document, from 1. */
  readonly statement: number;
  readonly effect: Effect;
}

/** A statement that names the operation; no test: it applies to every call of it. */
interface Candidate {
  readonly ruling: Ruling;
  readonly test: Test | null;
}

/**
 * The statements of an operation, denials first, looked for once. What is kept is bounded as plans are.
 * @returns the ruling on a call, undefined when nothing applies to it and so it is denied
 */
export function rulingsOf(
  sources: readonly Source[],
  testOf: (condition: Condition) => Test,
): (request: Request) => Ruling | undefined {
  const byName = new Map<string, readonly Candidate[]>();
  let weight = 0;
  const find = (api: string): readonly Candidate[] => {
    const candidates = candidatesOf(sources, api, testOf);
    const words = NAME_WORDS + api.length / 8 + candidates.length * CANDIDATE_WORDS;
    if (weight + words > LIMITS.planWords) {
      byName.clear();
      weight = 0;
    }
    weight += words;
    byName.set(api, candidates);
    return candidates;
  };
  return (request) => (byName.get(request.api) ?? find(request.api)).find((one) => applies(one, request))?.ruling;
}

const NAME_WORDS = 8;
const CANDIDATE_WORDS = 8;

function candidatesOf(sources: readonly Source[], api: string, testOf: (condition: Condition) => Test): Candidate[] {
  const found = sources.flatMap(({ from, document }) =>
    document.statements.flatMap(({ effect, api: patterns, condition }, i): Candidate[] => {
      if (!patterns.some(({ text }) => matchesPattern(text, api))) return [];
      return [{ ruling: { from, statement: i + 1, effect }, test: condition && testOf(condition) }];
    }),
  );
  const of = (effect: Effect) => found.filter(({ ruling }) => ruling.effect === effect);
  return [...of('deny'), ...of('allow')];
}

/** A condition that fails lets nothing by: a denial applies, an allowance does not. */
function applies({ ruling: { effect }, test }: Candidate, request: Request): boolean {
  if (test === null) return true;
  return effect === 'deny' ? test(request) !== FALSE : test(request) === TRUE;
}
