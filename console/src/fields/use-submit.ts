import { type ChangeEvent, type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { asFailure, type Failure, gaveUp } from '../failure.ts';
import { fieldOf } from '../failure-words.ts';
import { useText } from '../language.ts';
import { noteAnswer } from './second-click.ts';

type Values = Record<string, string>;
/** Words at a field; `true` marks one that the answer below the form is about. */
type Errors<V> = { [K in keyof V]?: string | true };
type Options<V extends Values> = {
  initial: V;
  check: { [K in keyof V]?: (value: string) => string | null };
  /** Words at a field whose value only the server can judge, for when it refuses the form of it. */
  refused?: { [K in keyof V]?: string };
  send: (values: V) => Promise<void>;
};

/** The state of one form: values, words at the fields, the failure of the last try, and whether a try is under way. */
export function useSubmit<V extends Values>({ initial, check, refused = {}, send }: Options<V>) {
  const { language } = useText();
  const prefix = useId();
  const summary = useRef<HTMLDivElement>(null);
  const underWay = useRef(false);
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Errors<V>>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);

  // Words at the fields are in the language of the moment they were made.
  // Only the language matters.
  useEffect(() => setErrors({}), [language]);

  const set = (name: keyof V & string, value: string) => {
    setValues((now) => ({ ...now, [name]: value }));
    setErrors(({ [name]: _, ...others }) => others as Errors<V>);
    setFailure((now) => (now && fieldOf(now) === name ? null : now));
  };
  const focus = (name: string) => requestAnimationFrame(() => document.getElementById(`${prefix}-${name}`)?.focus());
  const focusProblems = (names: string[]) => {
    if (names.length > 1) requestAnimationFrame(() => summary.current?.focus());
    else if (names[0]) focus(names[0]);
  };

  const fail = (error: unknown) => {
    const problem = asFailure(error);
    if (problem.code === gaveUp) return;
    const field = fieldOf(problem);
    const here = field !== undefined && field in initial;
    // A refused one-time code is of no further use.
    if (here && field === 'code') set(field, '');
    const words = here && problem.code === 'COM0001' ? refused[field] : undefined;
    setFailure(words === undefined ? problem : null);
    if (!here) return;
    setErrors({ [field]: words ?? true } as Errors<V>);
    focus(field);
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (underWay.current) return;
    setFailure(null);
    const found = findProblems(values, check);
    setErrors(found);
    if (Object.keys(found).length > 0) return focusProblems(Object.keys(found));
    underWay.current = true;
    setBusy(true);
    await send(values).catch(fail);
    noteAnswer();
    underWay.current = false;
    setBusy(false);
  };

  const field = (name: keyof V & string) => ({
    id: `${prefix}-${name}`,
    name,
    value: values[name] ?? '',
    // The kit draws `true` as a marked field without words.
    error: errors[name] as string | undefined,
    onChange: (event: ChangeEvent<HTMLInputElement>) => set(name, event.currentTarget.value),
  });
  return { values, set, field, submit, busy, frame: { submit, failure, errors, summary, prefix } };
}

/** What a form's frame needs to show what went wrong. */
export type FrameState = ReturnType<typeof useSubmit>['frame'];

function findProblems<V extends Values>(values: V, check: Options<V>['check']): Errors<V> {
  const problems = Object.keys(values).map((name) => [name, check[name]?.(values[name] ?? '')] as const);
  return Object.fromEntries(problems.filter(([, words]) => words)) as Errors<V>;
}
