import { NativeSelect, TextInput } from '@mantine/core';
import { useText } from '../language.ts';
import { useUsers } from '../users/users.ts';

type UserFieldProps = {
  id: string;
  label: string;
  value: string;
  error?: string | undefined;
  onChange: (userName: string) => void;
};

/** One of the SAM users; to type where the caller may not list them. */
export function UserField({ onChange, ...field }: UserFieldProps) {
  const { t } = useText();
  const { data } = useUsers();
  const change = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  if (!data) return <TextInput {...field} autoCapitalize="none" spellCheck={false} onChange={change} />;
  return (
    <NativeSelect
      {...field}
      // A list of names; the placeholder alone is no reason to let a browser translate them.
      translate="no"
      size="md"
      onChange={change}
      data={[{ value: '', label: t('permissions.choose') }, ...data.map(({ userName }) => userName)]}
    />
  );
}
