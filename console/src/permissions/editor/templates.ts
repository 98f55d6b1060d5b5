const mfaOperations = [
  'User:listUsers',
  'User:getUser',
  'User:verifyUserMFA',
  'User:enableUserMFA',
  'User:getUserMFAStatus',
  'User:revokeUserMFA',
];
const onlyOneself = "pathVariable('user_name') == samUserName";

/** What lets somebody stay, or others in: keys, roles, permissions, addresses, trust policies, users and passwords. */
const lasting = [
  'User:generateUserAuthKey',
  'Role:*',
  'User:create*',
  'User:update*',
  'User:delete*',
  'User:enableUserMFA',
  'User:startUserMFAReset',
  'User:approveUserMFAReset',
];

type Template = { name: 'readOnly' | 'everything' | 'ownMfa' | 'allMfa' | 'afterReset'; statements: unknown[] };

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
  {
    name: 'afterReset',
    statements: [{ effect: 'deny', api: lasting, condition: 'secondsSinceMfaReset < 86400' }],
  },
];
