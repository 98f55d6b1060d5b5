import { operations } from 'virtual:operations';
import { principals, srnOf } from '@warifu/contract';
import { checkTrustPolicy, formatTrustPolicy, parseTrustPolicy, SERVICES } from '@warifu/policy';
import { named, type Translate } from '../../language.ts';
import { principalName } from '../principal-name.ts';
import { remarksOn } from './check-text.ts';
import { conditionWords } from './completion.ts';
import type { DocumentKind } from './document-kind.ts';
import { readTrust, type Way, waysOf } from './trust-edit.ts';

/** The call by which users switch, with the target where a condition reads it. */
const switching = operations
  .filter(({ name }) => name === 'Auth:switchUser')
  .map((operation) => ({ ...operation, pathVariables: ['operator_id', 'user_name'] }))[0];

/** Trust policies of the SAM users of an operator, whose principals are suggested. */
export function trustKind(operatorId: string, userNames: readonly string[]): DocumentKind {
  const everybody = ['', ...userNames].map((name) => ({ label: srnOf(operatorId, name), type: 'constant' }));
  return {
    label: 'trust.field',
    empty: '',
    templates: [],
    check: (text, language) =>
      remarksOn(
        text,
        language,
        (written) => parseTrustPolicy(written, principals),
        (document) => ({ found: checkTrustPolicy(document, switching) }),
      ),
    format(text) {
      const document = readTrust(text);
      return document ? formatTrustPolicy(document, principals) : text;
    },
    members: {
      '': ['statements'],
      statements: ['effect', 'principal', 'condition'],
      principal: [principals.key, SERVICES.key],
    },
    values(member, t) {
      if (member === 'effect') return { typed: /\w*$/, options: [{ label: 'allow' }] };
      if (member === principals.key) return { typed: /[^"]*$/, options: everybody };
      return member === 'condition' ? conditionWords(t) : undefined;
    },
    changes: { title: 'trust.changes', none: 'trust.nothingChanges' },
    changeWords: (before, after, t) => changeWords(before, after, operatorId, t),
  };
}

function changeWords(before: string, after: string, operatorId: string, t: Translate): string[] {
  const [old, fresh] = [waysOf(readTrust(before)), waysOf(readTrust(after))];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((srn) => {
    const words = wordsFor(old.get(srn) ?? 'never', fresh.get(srn) ?? 'never');
    return words ? [t(words, { principal: named(principalName(srn, operatorId, t)) })] : [];
  });
}

function wordsFor(old: Way, fresh: Way) {
  if (String(old) === String(fresh)) return undefined;
  if (fresh === 'never') return 'trust.closed';
  if (fresh === 'always') return 'trust.opened';
  return old === 'never' ? 'trust.openedSometimes' : 'trust.conditionsChange';
}
