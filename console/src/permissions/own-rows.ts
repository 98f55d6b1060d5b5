import type { ReplyOf, whoCan } from '@warifu/contract';
import { srnOf } from '@warifu/contract';
import { type Explained, type PathValues, refusalOf } from './refusal.ts';

export type Principal = Omit<ReplyOf<typeof whoCan>[number], 'allowed'> & { allowed: 'always' | 'sometimes' | 'never' };

/** Who may call an operation, as far as it is known of oneself: the root user always, and what an explanation says. */
export function ownRows(
  explained: Explained,
  { operatorId, userName }: { operatorId: string; userName: string },
  names: readonly string[],
  values: PathValues,
): Principal[] {
  const { decision, statements } = explained;
  const open = decision === 'deny' && refusalOf(explained, names, values) === undefined;
  const own = statements
    .filter(({ api, applies, condition }) => applies || (open && condition && api.some(({ matched }) => matched)))
    .map(({ source, statement, effect, condition }) => ({
      source,
      statement,
      effect,
      ...(condition && { condition: condition.text }),
    }));
  const conditional = open || own.some(({ condition }) => condition !== undefined);
  return [
    { principal: srnOf(operatorId, ''), userName: '', kind: 'root', allowed: 'always', statements: [] },
    {
      principal: srnOf(operatorId, userName),
      userName,
      kind: 'sam',
      allowed: decision === 'deny' && !open ? 'never' : conditional ? 'sometimes' : 'always',
      statements: explained.access === 'permission' ? own : [],
    },
  ];
}
