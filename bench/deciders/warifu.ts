import { documentOf, hundredByHundred, largestText, OPERATIONS, source, usualText } from '../../policy/bench/shapes.ts';
import { check, compile, type Decider, parse, type Request, reach } from '../../policy/src/index.ts';
import { calls, type Subject, scattered } from './subject.ts';

const catalogue = OPERATIONS.map((name) => ({ name, pathVariables: ['user_name'] }));
const usual = () => [source(documentOf(usualText(0)))];

export const subjects: Readonly<Record<string, () => Subject>> = {
  hot: () => decisions([compile(usual())]),
  conditional: () => decisions([compile(usual())], conditional()),
  thousand: () => decisions(Array.from({ length: 1000 }, (_, i) => compile([source(documentOf(usualText(i)))]))),
  hundredByHundred: () => decisions([compile(hundredByHundred())]),
  compile: () => {
    const document = documentOf(usualText(0));
    return { run: (i) => decide(compile([source(document)]), calls[i % calls.length] as Request) };
  },
  compileAndDecideAll: () => {
    const document = documentOf(usualText(0));
    return {
      run: () => {
        const decider = compile([source(document)]);
        return calls.filter((call) => decide(decider, call)).length > 0;
      },
    };
  },
  parse: () => {
    const text = usualText(0);
    return { run: () => parse(text).ok };
  },
  save: () => {
    const text = largestText();
    return { run: () => check(documentOf(text), catalogue).length > 0 };
  },
};

function decisions(deciders: readonly Decider[], asked: readonly Request[] = calls): Subject {
  const [people, operations] = [deciders.length, asked.length];
  const first = deciders[0] as Decider;
  return {
    warmUp: 1_000_000,
    run: (i) => {
      const random = scattered(i);
      return decide(deciders[random % people] as Decider, asked[(random >>> 10) % operations] as Request);
    },
    answers: () => calls.map((call) => first.decide(call) === 'allow'),
  };
}

/** Calls of the operations that are not decided by patterns alone. */
function conditional(): readonly Request[] {
  const sometimes = reach(usual(), catalogue).filter(({ allowed }) => allowed === 'sometimes');
  return sometimes.map(({ name }) => ({ ...(calls[0] as Request), api: name }));
}

function decide(decider: Decider, call: Request): boolean {
  return decider.decide(call) === 'allow';
}
