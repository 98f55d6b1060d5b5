import { asFailure } from '../../failure.ts';

/** What is saved, with the tag that a change of it must name; nothing has no tag. */
export type Saved = { readonly text: string; readonly tag: string | undefined };

/** What a person is writing, and what was saved when they began. */
export type Draft = { readonly text: string; readonly base: Saved };

/**
 * The draft when something else is saved by now. What was typed is never replaced, and its base stays what the person
 * saw: saving it must not overwrite what somebody else saved meanwhile.
 */
export function followSaved(draft: Draft, saved: Saved, empty = ''): Draft {
  const untouched = draft.text === (draft.base.text || empty) || draft.text === saved.text;
  return untouched ? { text: saved.text || empty, base: saved } : draft;
}

type Send = (text: string, tag: string | undefined) => Promise<void>;

/**
 * Saves a draft if nobody else saved another text since it was begun.
 * @returns what somebody else saved, when it is neither the base nor the same text; then nothing was done
 */
export async function saveDraft(
  { text, base }: Draft,
  send: Send,
  latest: () => Promise<Saved>,
): Promise<Saved | undefined> {
  let { tag } = base;
  for (;;) {
    try {
      await send(text, tag);
      return undefined;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    const theirs = await latest();
    if (theirs.text === text) return undefined;
    // Only what stands beside the text was changed, such as a role's description; that is not touched.
    if (theirs.text !== base.text || theirs.tag === tag) return theirs;
    tag = theirs.tag;
  }
}

/** Whether somebody else changed meanwhile what was to be changed. */
export function isConflict(error: unknown): boolean {
  return asFailure(error).code === 'COM0412';
}
