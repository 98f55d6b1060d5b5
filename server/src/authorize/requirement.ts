import type { AuthorityChange } from '../change/change.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { bindingRequirement, type Requirement, type Rule, requirementsByUser } from '../sessions/required.ts';
import { originOf } from '../sessions/sessions.ts';

/**
 * SECURITY: changes of whom MFA is required, and takes it back when a SAM user ends or postpones by it a rule that concerns
 * itself, or the user behind its switched session: a rule that its subject can end is none. Having MFA changes nothing
 * about that, for it can be disabled afterwards. What was done is judged, so it does not matter by which act.
 * @throws Failure AUM0026
 */
export async function keepingOwnRequirements(c: AuthorityChange, work: () => Promise<void>): Promise<void> {
  const before = await ownRequirements(c);
  await work();
  const after = before.length === 0 ? [] : await ownRequirements(c);
  const binds = ({ from }: Requirement) => Math.max(from, c.now);
  const isKept = (rule: Requirement) =>
    after.some((other) => other.rule === rule.rule && other.name === rule.name && binds(other) <= binds(rule));
  if (!before.every(isKept)) throw new Failure('AUM0026');
}

/** The rules that concern a SAM user who calls, with those of the SAM user behind it; the root user is bound by none of these. */
async function ownRequirements({ db, cause: { caller } }: AuthorityChange): Promise<Requirement[]> {
  if (!caller || caller.userName === '') return [];
  const origin = caller.originPrincipal === undefined ? undefined : await originOf(db, caller);
  const rules: Requirement[] = [];
  for (const { operatorId, userId } of origin ? [caller, origin] : [caller]) {
    rules.push(...((await requirementsByUser(db, operatorId, userId)).get(userId) ?? []));
  }
  return rules;
}

/** The refusal of a user that has to enrol first, which names the rule that binds it. */
export async function enrolmentFailure(db: Db, user: { operatorId: string; userId: string }): Promise<Failure> {
  const binding = await bindingRequirement(db, user);
  // The rule may have ended since the call was decided.
  if (!binding) return new Failure('MFA0008');
  const { rule, name } = binding;
  return new Failure('MFA0008', { rule, ...(name !== undefined && { name }), why: whose[rule](name ?? '') });
}

const whose: Record<Rule, (name: string) => { en: string; ja: string }> = {
  root: () => ({ en: ' of the root user', ja: 'ルートユーザーには' }),
  sam_users: () => ({ en: ' of all SAM users', ja: 'すべての SAM ユーザーに' }),
  role: (name) => ({ en: ` of everybody who has the role ${name}`, ja: `ロール ${name} のユーザーには` }),
  user: (name) => ({ en: ` of ${name}`, ja: `${name} には` }),
};
