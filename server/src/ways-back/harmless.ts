import {
  type AnyEndpoint,
  accessOf,
  beginAuthenticatorApp,
  beginPasskey,
  cancelMFA,
  challengePasskey,
  deleteCatalogue,
  deleteOperatorAuthKey,
  deleteUserAuthKey,
  disownSignIn,
  enableMFA,
  enableUserMFA,
  endOtherSessions,
  endSession,
  explainPermission,
  generateAuthToken,
  generateOperatorAuthKey,
  generateUserAuthKey,
  importCatalogue,
  logout,
  previewCatalogue,
  registerPasskey,
  rehearseBackupCode,
  renameFactor,
  revokeOperatorAuthTokens,
  revokeUserAuthTokens,
  sendTestMail,
  setLanguage,
  signInToHost,
  stepUp,
  switchBack,
  switchConsoleUser,
  switchUser,
  verifyMFA,
  verifyUserMFA,
} from '@warifu/contract';

type Named = Pick<AnyEndpoint, 'operation'>;

/**
 * What is not judged by how people get in afterwards, with the reason. Whatever else a signed-in person changes is judged,
 * what comes later too, until it stands here.
 */
export const harmless: readonly { readonly why: string; readonly some: readonly Named[] }[] = [
  {
    // Of a password alone the server says "gets in alone": with each factor that would be worse.
    why: 'turns MFA on, which is what a person is asked to do; its pages say what is left without the device',
    some: [enableMFA, verifyMFA, enableUserMFA, verifyUserMFA, registerPasskey],
  },
  {
    why: 'stops a stranger who is in the account, and gives it a new password: nothing may hold that up',
    some: [disownSignIn],
  },
  {
    why: 'begins or proves something, and takes nothing away',
    some: [beginAuthenticatorApp, beginPasskey, challengePasskey, cancelMFA, rehearseBackupCode, renameFactor, stepUp],
  },
  {
    why: 'is about sessions; whoever gets in opens another one',
    some: [
      ...[endOtherSessions, endSession, generateAuthToken, logout, revokeOperatorAuthTokens, revokeUserAuthTokens],
      ...[signInToHost, switchBack, switchConsoleUser, switchUser, setLanguage],
    ],
  },
  {
    why: 'is about keys of programs, which are no way back of a person',
    some: [deleteOperatorAuthKey, deleteUserAuthKey, generateOperatorAuthKey, generateUserAuthKey],
  },
  {
    why: 'is about guarded programs or the server, or changes nothing',
    some: [deleteCatalogue, importCatalogue, previewCatalogue, explainPermission, sendTestMail],
  },
];

const names = new Set(harmless.flatMap(({ some }) => some.map(({ operation }) => operation)));

/** Whether an operation is judged by how the people of the operator get in after it. */
export function isJudged(endpoint: Pick<AnyEndpoint, 'operation' | 'method' | 'errors'>): boolean {
  const access = accessOf(endpoint);
  if (endpoint.method === 'GET' || access === 'anyone' || access === 'gate key') return false;
  return !names.has(endpoint.operation);
}

/** Whether a call has to confirm a loss: of our own operations each, of the reference's those of the console's pages. */
export function mustConfirm(
  endpoint: Pick<AnyEndpoint, 'operation' | 'method' | 'errors' | 'own'>,
  viaCookie: boolean,
) {
  return isJudged(endpoint) && (endpoint.own || viaCookie);
}
