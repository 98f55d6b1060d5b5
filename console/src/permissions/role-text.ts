import type { Translate } from '../language.ts';
import type { TextKey } from '../locales/catalogue.ts';
import { builtInOwner, type Role } from './permissions.ts';

/** What a role is for: of a built-in one in the language of the page, else as its author wrote it. */
export function roleDescription(role: Pick<Role, 'roleName' | 'owner' | 'description'>, t: Translate): string {
  const key = `roles.builtIns.${role.roleName}`;
  const text = role.owner === builtInOwner ? t(key as TextKey) : key;
  return text === key ? role.description : text;
}
