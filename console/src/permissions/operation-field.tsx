import { TextInput, type TextInputProps } from '@mantine/core';
import { useId } from 'react';
import { named, useText } from '../language.ts';
import { Words } from '../look/name.tsx';
import { useOperations } from './known-operations.ts';

type OperationFieldProps = TextInputProps & {
  /** Whether patterns of several operations, `User:*`, are offered, and only what permissions decide. */
  wildcards?: boolean;
};

/** A browser draws each of them, whether it is seen or not. */
const mostOffered = 200;

const operationHint = { api: named('User:revokeUserMFA') };
const patternHints = { one: named('User:getUser'), group: named('User:*'), all: named('*') };

/** The name of an operation, with the known ones to choose from while typing. */
export function OperationField({ wildcards = false, ...props }: OperationFieldProps) {
  const { t, language } = useText();
  const { operations } = useOperations();
  const list = useId();
  const typed = String(props.value ?? '')
    .trim()
    .toLowerCase();
  const decided = operations.filter(({ access }) => access === 'permission');
  const all = wildcards ? decided : operations;
  const fitting = all.filter(({ name }) => name.toLowerCase().includes(typed)).slice(0, mostOffered);
  const offered = all.length > mostOffered ? fitting : all;
  const patterns = ['*', ...new Set(decided.map(({ name }) => `${name.split(':')[0]}:*`))];
  return (
    <>
      <TextInput
        label={t('simulate.api')}
        description={
          <Words>{wildcards ? t('builder.apiHint', patternHints) : t('simulate.apiHint', operationHint)}</Words>
        }
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        list={list}
        {...props}
      />
      <datalist id={list}>
        {wildcards &&
          patterns.map((pattern) => (
            <option key={pattern} translate="no">
              {pattern}
            </option>
          ))}
        {offered.map(({ name, summary }) => (
          <option key={name} value={name}>
            {summary[language]}
          </option>
        ))}
      </datalist>
    </>
  );
}
