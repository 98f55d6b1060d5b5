import { operations } from 'virtual:operations';
import { TextInput, type TextInputProps } from '@mantine/core';
import { useId } from 'react';
import { useText } from '../language.ts';

type OperationFieldProps = TextInputProps & {
  /** Whether patterns of several operations, `User:*`, are offered, and only what permissions decide. */
  wildcards?: boolean;
};

const decided = operations.filter(({ access }) => access === 'permission');
const patterns = ['*', ...new Set(decided.map(({ name }) => `${name.split(':')[0]}:*`))];

/** The name of an operation, with the known ones to choose from while typing. */
export function OperationField({ wildcards = false, ...props }: OperationFieldProps) {
  const { t } = useText();
  const list = useId();
  return (
    <>
      <TextInput
        label={t('simulate.api')}
        description={t('simulate.apiHint')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        list={list}
        {...props}
      />
      <datalist id={list}>
        {wildcards && patterns.map((pattern) => <option key={pattern}>{pattern}</option>)}
        {(wildcards ? decided : operations).map(({ name, summary }) => (
          <option key={name} value={name}>
            {summary}
          </option>
        ))}
      </datalist>
    </>
  );
}
