import type { ReplyOf, renewBackupCodes } from '@warifu/contract';
import type { Translate } from '../language.ts';
import type { Session } from '../session/session.ts';
import { exactTime, toLocal } from '../time.ts';

/** What an answer with new codes has of their set. */
export type CodeSet = ReplyOf<typeof renewBackupCodes>['backupCodeSet'];
export type Sheet = { codes: string[]; set: CodeSet; session: Session };

export const resetAddress = () => `${location.origin}/mfa/reset`;

/** "Set 2, mark K7QM" */
export function setName({ number, mark }: CodeSet, t: Translate): string {
  return t('codes.set', { number, mark });
}

export function codesFileName({ session, set }: Sheet): string {
  return `warifu-backup-codes-${session.operatorId}-${toLocal(set.createdAt).slice(0, 10)}.txt`;
}

/** What a person finds in a drawer two years later: the codes, whose they are, and what to do with them. */
export function codesText({ codes, set, session }: Sheet, t: Translate): string {
  const lines = [
    t('codes.fileTitle', { product: t('product.name') }),
    '',
    t('codes.fileOperator', { operatorId: session.operatorId }),
    t('codes.fileAccount', { email: session.email ?? '' }),
    setName(set, t),
    t('codes.fileDate', { date: exactTime(set.createdAt) }),
    '',
    ...codes,
    '',
    t('codes.fileHow'),
    resetAddress(),
    '',
    t('codes.fileNever'),
    t('codes.setHint'),
    '',
  ];
  return lines.join('\r\n');
}

export function saveFile(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
