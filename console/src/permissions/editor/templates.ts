import { format, parse } from '@warifu/policy';

const mfaOperations = [
  'User:listUsers',
  'User:getUser',
  'User:verifyUserMFA',
  'User:enableUserMFA',
  'User:getUserMFAStatus',
  'User:revokeUserMFA',
];
const onlyOneself = "pathVariable('user_name') == samUserName";

type Template = { name: 'readOnly' | 'everything' | 'ownMfa' | 'allMfa'; statements: unknown[] };

/** Where people begin. The list of users has no target in its path, so "only my own" leaves it without the condition. */
export const templates: readonly Template[] = [
  { name: 'readOnly', statements: [{ effect: 'allow', api: ['*:get*', '*:list*', '*:has*'] }] },
  { name: 'everything', statements: [{ effect: 'allow', api: '*' }] },
  {
    name: 'ownMfa',
    statements: [
      { effect: 'allow', api: mfaOperations.slice(0, 1) },
      { effect: 'allow', api: mfaOperations.slice(1), condition: onlyOneself },
    ],
  },
  { name: 'allMfa', statements: [{ effect: 'allow', api: mfaOperations }] },
];

export function templateText({ statements }: Template): string {
  return formatted(JSON.stringify({ statements }));
}

/** What an editor begins with where nothing is saved yet. */
export const emptyPermission = '{\n  "statements": [\n    \n  ]\n}\n';

/** The one layout of a document; a text that is no document stays as it is. */
export function formatted(text: string): string {
  const result = parse(text);
  return result.ok ? format(result.document) : text;
}
