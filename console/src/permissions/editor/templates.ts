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
  ...['create', 'update', 'delete', 'attach', 'detach'].map((verb) => `Role:${verb}*`),
  ...['User:create*', 'User:updateUser', 'User:updateUserPermission', 'User:updateUserTrustPolicy'],
  ...['User:updateUserEmail', 'User:updateUserMFARequirement', 'User:updateDefault*', 'User:deleteDefault*'],
  ...['User:deleteUser', 'User:deleteUserPassword', 'User:deleteUserPermission', 'User:deleteUserTrustPolicy'],
  ...['User:deleteUserEmail', 'User:generateUserAuthKey', 'User:startUserMFAReset', 'User:approveUserMFAReset'],
];
/** The same, unless it repairs the own account. */
const lastingOnOthers = ['User:enableUserMFA', 'User:verifyUserMFA', 'User:revokeUserMFA', 'User:updateUserPassword'];
const afterReset = 'secondsSinceMfaReset < 86400';

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
    statements: [
      { effect: 'deny', api: lasting, condition: afterReset },
      {
        effect: 'deny',
        api: lastingOnOthers,
        condition: `${afterReset} and pathVariable('user_name') != samUserName`,
      },
    ],
  },
];
