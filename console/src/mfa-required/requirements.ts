import { useQuery } from '@tanstack/react-query';
import { listMFARequirements, type ReplyOf, rehearseMFARequirement } from '@warifu/contract';
import { named, type Translate } from '../language.ts';
import { read } from '../permissions/use-refusal.ts';

export type Requirement = ReplyOf<typeof listMFARequirements>[number];
export type Rehearsed = ReplyOf<typeof rehearseMFARequirement>['users'][number];
export type Helper = ReplyOf<typeof rehearseMFARequirement>['helpers'][number];

/** Of whom MFA is required, or would be; a role by its ID, a user by its name. */
export type Rule = { readonly rule: Requirement['rule']; readonly name?: string | undefined };

export const requirementsKey = ['mfa-requirements'];

export function useRequirements() {
  return useQuery({
    queryKey: [...requirementsKey, 'list'],
    queryFn: async ({ client }) => (await read(client, listMFARequirements, {})).reply,
  });
}

/** Whom a rule would touch; not asked while a role or a user is wanted and not named. */
export function useRehearsal({ rule, name }: Rule) {
  return useQuery({
    queryKey: [...requirementsKey, 'rehearsal', rule, name ?? ''],
    queryFn: async ({ client }) => {
      const whose = rule === 'role' ? { role_id: name } : rule === 'user' ? { user_name: name } : {};
      return (await read(client, rehearseMFARequirement, { rule, ...whose } as never)).reply;
    },
    enabled: !needsName(rule) || name !== undefined,
  });
}

export const needsName = (rule: Requirement['rule']) => rule === 'role' || rule === 'user';

/** A rule as people say it, for a text that `Words` shows. */
export function ruleWords(t: Translate, { rule, name = '' }: Rule): string {
  return t(`mfaRequired.rules.${rule}`, { name: named(name) });
}
