import {
  approveUserMFAReset,
  cancelMFA,
  cancelMFARevokingToken,
  enableMFA,
  enableUserMFA,
  finishUserMFAReset,
  issueMFARevokingToken,
  renewBackupCodes,
  revokeMFA,
  revokeUserMFA,
  signIn,
  startUserMFAReset,
  stopMFAReset,
  stopUserMFAReset,
  switchConsoleUser,
  switchUser,
  verifyMFA,
  verifyMFARevokingToken,
  verifySignIn,
  verifyUserMFA,
} from '@warifu/contract';
import type { Counts } from '../counts.ts';
import type { AuditEvent } from './record.ts';

/** Ways to sign in. */
const signIns: Readonly<Record<string, string>> = {
  'Auth:auth': 'api',
  [signIn.operation]: 'console',
  [verifySignIn.operation]: 'console',
  [switchUser.operation]: 'switch',
  [switchConsoleUser.operation]: 'switch',
};

const mfaChanges: Readonly<Record<string, string>> = {
  [enableMFA.operation]: 'begin',
  [enableUserMFA.operation]: 'begin',
  [verifyMFA.operation]: 'enable',
  [verifyUserMFA.operation]: 'enable',
  [cancelMFA.operation]: 'give_up',
  [revokeMFA.operation]: 'disable',
  [revokeUserMFA.operation]: 'disable',
  [renewBackupCodes.operation]: 'renew_codes',
  [issueMFARevokingToken.operation]: 'ask_reset',
  [verifyMFARevokingToken.operation]: 'reset',
  [stopMFAReset.operation]: 'stop_reset',
  [cancelMFARevokingToken.operation]: 'stop_reset',
  [startUserMFAReset.operation]: 'ask_reset',
  [approveUserMFAReset.operation]: 'approve_reset',
  [finishUserMFAReset.operation]: 'reset',
  [stopUserMFAReset.operation]: 'stop_reset',
  'Host:break-glass mfa': 'host_reset',
};

/** Counts an event that was written down. */
export function tallyEvent(counts: Counts, apiKind: string, { outcome, actor, reason }: AuditEvent): void {
  counts.auditEvents.add({ outcome });
  const method = signIns[apiKind];
  if (method !== undefined) counts.signIns.add({ method, result: reason === 'code needed' ? 'code_needed' : outcome });
  const action = mfaChanges[apiKind];
  const [actorKind = ''] = actor.split(':');
  if (action !== undefined) counts.mfaChanges.add({ action, actor_kind: actorKind, result: outcome });
}
