import { NativeSelect, TextInput } from '@mantine/core';
import { useText } from '../language.ts';

export type PickFieldProps = {
  id: string;
  label: string;
  value: string;
  error?: string | undefined;
  onChange: (value: string) => void;
};

/** What may be chosen; undefined where the caller may not list it. */
type Choices = readonly (string | { readonly value: string; readonly label: string })[] | undefined;

/** One of a list of names; to type where the caller may not list them. */
export function PickField({ choices, onChange, ...field }: PickFieldProps & { choices: Choices }) {
  const { t } = useText();
  const change = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  if (!choices) return <TextInput {...field} autoCapitalize="none" spellCheck={false} onChange={change} />;
  return (
    <NativeSelect
      {...field}
      // A list of names; the placeholder alone is no reason to let a browser translate them.
      translate="no"
      size="md"
      onChange={change}
      data={[{ value: '', label: t('permissions.choose') }, ...choices]}
    />
  );
}
