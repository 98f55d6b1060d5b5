import { addTexts } from '../language.ts';
import { assisted as assistedEn } from './en/assisted.ts';
import { audit as auditEn } from './en/audit.ts';
import { catalogues as cataloguesEn } from './en/catalogues.ts';
import { logins as loginsEn } from './en/logins.ts';
import { mfaRequired as mfaRequiredEn } from './en/mfa-required.ts';
import { passkeys as passkeysEn } from './en/passkeys.ts';
import { permissions as permissionsEn } from './en/permissions.ts';
import { users as usersEn } from './en/users.ts';
import { waysBack as waysBackEn } from './en/ways-back.ts';
import { assisted as assistedJa } from './ja/assisted.ts';
import { audit as auditJa } from './ja/audit.ts';
import { catalogues as cataloguesJa } from './ja/catalogues.ts';
import { logins as loginsJa } from './ja/logins.ts';
import { mfaRequired as mfaRequiredJa } from './ja/mfa-required.ts';
import { passkeys as passkeysJa } from './ja/passkeys.ts';
import { permissions as permissionsJa } from './ja/permissions.ts';
import { users as usersJa } from './ja/users.ts';
import { waysBack as waysBackJa } from './ja/ways-back.ts';

// The texts of pages that are loaded when they are first opened.
addTexts(
  {
    ...assistedJa,
    ...auditJa,
    ...cataloguesJa,
    ...loginsJa,
    ...mfaRequiredJa,
    ...passkeysJa,
    ...permissionsJa,
    ...usersJa,
    ...waysBackJa,
  },
  {
    ...assistedEn,
    ...auditEn,
    ...cataloguesEn,
    ...loginsEn,
    ...mfaRequiredEn,
    ...passkeysEn,
    ...permissionsEn,
    ...usersEn,
    ...waysBackEn,
  },
);
