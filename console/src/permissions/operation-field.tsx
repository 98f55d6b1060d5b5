import { operations } from 'virtual:operations';
import { TextInput, type TextInputProps } from '@mantine/core';
import { useId } from 'react';
import { named, useText } from '../language.ts';
import { Words } from '../look/name.tsx';

type OperationFieldProps = TextInputProps & {
  /** Whether patterns of several operations, `User:*`, are offered, and only what permissions decide. */
  wildcards?: boolean;
};

const decided = operations.filter(({ access }) => access === 'permission');
const patterns = ['*', ...new Set(decided.map(({ name }) => `${name.split(':')[0]}:*`))];

const operationHint = { api: named('User:revokeUserMFA') };
const patternHints = { one: named('User:getUser'), group: named('User:*'), all: named('*') };

/** The name of an operation, with the known ones to choose from while typing. */
export function OperationField({ wildcards = false, ...props }: OperationFieldProps) {
  const { t, language } = useText();
  const list = useId();
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
        {(wildcards ? decided : operations).map(({ name, summary }) => (
          <option key={name} value={name}>
            {summary[language]}
          </option>
        ))}
      </datalist>
    </>
  );
}
