import { operations } from 'virtual:operations';
import { TextInput, type TextInputProps } from '@mantine/core';
import { useId } from 'react';
import { useText } from '../language.ts';

/** The name of an operation, with the known ones to choose from while typing. */
export function OperationField(props: TextInputProps) {
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
        {operations.map(({ name, summary }) => (
          <option key={name} value={name}>
            {summary}
          </option>
        ))}
      </datalist>
    </>
  );
}
