import type { Translate } from '../language.ts';
import type { Session } from '../session/session.ts';
import { exactTime, toLocal } from '../time.ts';

export type Sheet = { codes: string[]; session: Session; madeAt: number };

export const resetAddress = () => `${location.origin}/mfa/reset`;

export function codesFileName({ session, madeAt }: Sheet): string {
  return `warifu-backup-codes-${session.operatorId}-${toLocal(madeAt).slice(0, 10)}.txt`;
}

/** What a person finds in a drawer two years later: the codes, whose they are, and what to do with them. */
export function codesText({ codes, session, madeAt }: Sheet, t: Translate): string {
  const lines = [
    t('codes.fileTitle', { product: t('product.name') }),
    '',
    t('codes.fileOperator', { operatorId: session.operatorId }),
    t('codes.fileAccount', { email: session.email ?? '' }),
    t('codes.fileDate', { date: exactTime(madeAt) }),
    '',
    ...codes,
    '',
    t('codes.fileHow'),
    resetAddress(),
    '',
    t('codes.fileNever'),
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
