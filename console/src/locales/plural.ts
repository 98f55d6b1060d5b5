/** A text that differs by a count; languages without a singular leave `one` out. */
export type Plural = { one?: string; other: string };

/** Widens a literal to the shape that every language shares. */
export const plural = (forms: Plural): Plural => forms;
