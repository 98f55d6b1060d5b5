/** What is wrong with a description, in words that name the place. */
export type Problem = { readonly en: string; readonly ja: string };

/** A description that cannot be taken; `problems` says where and why. */
export class DescriptionError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(({ en }) => en).join('\n'));
    this.problems = problems;
  }
}

/**
 * A description that cannot be taken for one reason.
 * SECURITY: words of a file are printed on the terminal of the host; a control character in them would be obeyed there.
 */
export function refuse(en: string, ja: string): DescriptionError {
  return new DescriptionError([{ en: visible(en), ja: visible(ja) }]);
}

function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for a reason with the place before it. */
export function refuseAt(where: string, { en, ja }: Problem): DescriptionError {
  const at = where.length > 100 ? `${where.slice(0, 100)}…` : where;
  return refuse(`${at}: ${en}`, `${at}: ${ja}`);
}
