import type { BodyOf, explainPermission } from '@warifu/contract';
import type { AuditLog } from '../db/schema.ts';

type Question = BodyOf<typeof explainPermission>;

/**
 * The question that the decision behind a refusal answered, as `User:explainPermission` takes it: the same user,
 * operation, path, source and instant. Absent where no permission of a SAM user was asked for.
 */
export function questionOf(row: AuditLog): { question?: Question } {
  const { asked } = JSON.parse(row.detail) as { asked?: string };
  if (row.user_name === '' || asked === undefined) return {};
  const { user_name: userName, api_kind: api, source_ip: sourceIp, at } = row;
  return { question: { userName, api, at, ...(sourceIp !== '' && { sourceIp }), ...(JSON.parse(asked) as object) } };
}
