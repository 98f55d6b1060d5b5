import { useForm } from '@mantine/form';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asFailure, type Failure, gaveUp } from '../failure.ts';
import { describeFailure, fieldOf } from '../failure-words.ts';

type Values = Record<string, string>;
type Options<V extends Values> = {
  initial: V;
  check: { [K in keyof V]?: (value: string) => string | null };
  send: (values: V) => Promise<void>;
  /** The field's words for a failure that belongs to one, when the usual name of the field differs here. */
  rename?: Partial<Record<string, keyof V & string>>;
};

/** The state of one form: values, words at the fields, the failure of the last try, and whether a try is under way. */
export function useSubmit<V extends Values>({ initial, check, send, rename = {} }: Options<V>) {
  const { t, i18n } = useTranslation();
  const prefix = useId();
  const summary = useRef<HTMLDivElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const form = useForm<V>({ initialValues: initial, validate: check as never, validateInputOnBlur: false });

  // Words at the fields are in the language of the moment they were made.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the language matters.
  useEffect(() => form.clearErrors(), [i18n.language]);

  const focusField = (name: string) =>
    requestAnimationFrame(() => document.getElementById(`${prefix}-${name}`)?.focus());

  const fail = (error: unknown) => {
    const problem = asFailure(error);
    if (problem.code === gaveUp) return;
    const usual = fieldOf(problem);
    const field = usual && (rename[usual] ?? usual);
    if (!field || !(field in initial)) return setFailure(problem);
    // A refused one-time code is of no further use.
    if (field === 'code') form.setFieldValue(field as never, '' as never);
    form.setFieldError(field, describeFailure(problem, t));
    focusField(field);
  };

  const submit = form.onSubmit(
    async (values) => {
      if (busy) return;
      setBusy(true);
      setFailure(null);
      await send(values).catch(fail);
      setBusy(false);
    },
    (errors) => {
      const names = Object.keys(errors);
      if (names.length > 1) requestAnimationFrame(() => summary.current?.focus());
      else if (names[0]) focusField(names[0]);
    },
  );

  const field = (name: keyof V & string) => ({ id: `${prefix}-${name}`, name, ...form.getInputProps(name) });
  return { form, field, busy, failure, submit, summary, prefix };
}
