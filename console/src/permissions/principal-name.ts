import { principalOf } from '@warifu/contract';
import type { Translate } from '../language.ts';

/** Whom an SRN means, for people: of another operator, its ID is said as well. */
export function principalName(srn: string, ownOperator: string, t: Translate): string {
  const { operatorId, userName } = principalOf(srn);
  const name = userName === '' ? t('whoCan.root') : t('trust.samUser', { name: userName });
  return operatorId === ownOperator ? name : t('trust.elsewhere', { name, operator: operatorId });
}
