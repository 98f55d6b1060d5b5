import { TextInput, type TextInputProps } from '@mantine/core';
import { useId } from 'react';
import { useText } from '../language.ts';
import { useUsers } from '../users/users.ts';

/** A person of the log, with those to choose from who are there today; whoever was deleted can still be typed. */
export function PartyField(props: TextInputProps) {
  const { t } = useText();
  const list = useId();
  const { data = [] } = useUsers();
  return (
    <>
      <TextInput autoComplete="off" autoCapitalize="none" spellCheck={false} list={list} {...props} />
      <datalist id={list} translate="no">
        {[t('audit.parties.root'), ...data.map(({ userName }) => userName)].map((name) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
    </>
  );
}
