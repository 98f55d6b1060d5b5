import type { Params } from '../language.ts';
import type { TextKey } from '../locales/catalogue.ts';

/** Ends a dialog: refreshes what is shown, and says what was done. */
export type Done = (text: TextKey, params?: Params) => Promise<void>;
