import { TextInput, type TextInputProps } from '@mantine/core';
import { useText } from '../language.ts';

/** What names a SAM user: its operator, and its name there. */
export function SamNameFields({ operatorId, userName }: Record<'operatorId' | 'userName', TextInputProps>) {
  const { t } = useText();
  return (
    <>
      <TextInput
        label={t('field.operatorId')}
        placeholder="OP0012345678"
        autoComplete="organization"
        autoCapitalize="characters"
        spellCheck={false}
        {...operatorId}
      />
      <TextInput
        label={t('field.userName')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        {...userName}
      />
    </>
  );
}
