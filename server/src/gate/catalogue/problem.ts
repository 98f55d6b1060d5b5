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
