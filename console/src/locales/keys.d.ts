import 'i18next';
import type { common } from './ja/common.ts';
import type { security } from './ja/security.ts';
import type { signIn } from './ja/sign-in.ts';

// A key that is not in the catalogue does not compile; the English one has the type of the Japanese one.
declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof common & typeof signIn & typeof security };
  }
}
