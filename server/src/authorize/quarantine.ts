import {
  type AnyEndpoint,
  beginAuthenticatorApp,
  confirmAuthenticatorApp,
  confirmBackupCodesStored,
  deleteOperatorAuthKey,
  deleteUserAuthKey,
  disownSignIn,
  endOtherSessions,
  endpoints,
  endSession,
  explainPermission,
  generateAuthToken,
  rehearseBackupCode,
  removeFactor,
  renameFactor,
  renewBackupCodes,
  revokeMFA,
  revokeOperatorAuthTokens,
  revokeUserAuthTokens,
  revokeUserMFA,
  signInToHost,
  stopMFAReset,
  stopUserMFAReset,
  switchBack,
  updateOperatorPassword,
  updateUserPassword,
} from '@warifu/contract';
import { Failure } from '../failure.ts';

const namesOf = (some: readonly Pick<AnyEndpoint, 'operation'>[]) => new Set(some.map(({ operation }) => operation));

/** What repairs an account, ends something, or changes nothing, whomever it is about. */
const open = namesOf([
  ...[endOtherSessions, endSession, revokeOperatorAuthTokens, revokeUserAuthTokens, generateAuthToken, signInToHost],
  ...[disownSignIn, switchBack, updateOperatorPassword, stopMFAReset, stopUserMFAReset, revokeMFA],
  ...[beginAuthenticatorApp, confirmAuthenticatorApp, renameFactor, removeFactor],
  ...[confirmBackupCodesStored, rehearseBackupCode, renewBackupCodes],
  ...[deleteOperatorAuthKey, deleteUserAuthKey, explainPermission],
]);
const openOnOneself = namesOf([updateUserPassword, revokeUserMFA]);

/** SECURITY: all that changes something is closed, and so is what comes later, until it is named above. */
const changes = namesOf(endpoints.filter(({ method }) => method !== 'GET'));

type Asking = { readonly userName: string; readonly quarantinedUntil: number | undefined };
type Asked = {
  readonly endpoint: Pick<AnyEndpoint, 'operation' | 'traits'>;
  readonly onUser: string | undefined;
  /** Instant of the call. */
  readonly at: number;
};

/**
 * Whether a user may not call an operation because its MFA was reset less than a day ago. Who reset it may not be its
 * owner: what would let that one stay, or others in, has to wait until the owner read the mails.
 */
export function isQuarantined(asking: Asking, { endpoint: { operation, traits }, onUser, at }: Asked): boolean {
  if (!isInQuarantine(asking, at)) return false;
  if (!changes.has(operation) || open.has(operation)) return false;
  if (traits.includes('enrolment') || traits.includes('root enrolment')) return false;
  return !(onUser === asking.userName && (openOnOneself.has(operation) || traits.includes('sam enrolment')));
}

/** Whether a user is in quarantine at an instant. */
export function isInQuarantine<A extends Pick<Asking, 'quarantinedUntil'>>(
  asking: A,
  at: number,
): asking is A & { readonly quarantinedUntil: number } {
  return asking.quarantinedUntil !== undefined && at < asking.quarantinedUntil;
}

/** The refusal of such a call, which says until when. */
export function quarantineFailure({ quarantinedUntil: until = 0 }: Pick<Asking, 'quarantinedUntil'>): Failure {
  const time = `${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return new Failure('AUM0019', { until: String(until), time });
}
