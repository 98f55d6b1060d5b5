import type { assisted } from './ja/assisted.ts';
import type { audit } from './ja/audit.ts';
import type { catalogues } from './ja/catalogues.ts';
import type { common } from './ja/common.ts';
import type { logins } from './ja/logins.ts';
import type { mfaRequired } from './ja/mfa-required.ts';
import type { passkeys } from './ja/passkeys.ts';
import type { permissions } from './ja/permissions.ts';
import type { security } from './ja/security.ts';
import type { signIn } from './ja/sign-in.ts';
import type { users } from './ja/users.ts';
import type { waysBack } from './ja/ways-back.ts';
import type { Plural } from './plural.ts';

/** All texts. The Japanese catalogue gives the shape; a key that is missing elsewhere does not compile. */
export type Catalogue = typeof common &
  typeof signIn &
  typeof security &
  typeof users &
  typeof assisted &
  typeof logins &
  typeof mfaRequired &
  typeof passkeys &
  typeof permissions &
  typeof audit &
  typeof catalogues &
  typeof waysBack;

/** Dotted paths to texts of one kind. */
type PathTo<Kind, Node> = {
  [K in keyof Node & string]: Node[K] extends Kind
    ? K
    : Node[K] extends string | Plural
      ? never
      : `${K}.${PathTo<Kind, Node[K]>}`;
}[keyof Node & string];

export type TextKey = PathTo<string, Catalogue>;
export type PluralKey = PathTo<Plural, Catalogue>;
