/** The field that a person would type into first: the first empty one, else the first. */
export function firstField(scope: ParentNode | null): HTMLElement | undefined {
  const typed = 'input:not([hidden], [readonly], [disabled], [type=checkbox], [type=radio]), textarea';
  const fields = [...(scope?.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(typed) ?? [])];
  return fields.find(({ value }) => value === '') ?? fields[0];
}
