import { deviceClockOffset } from './api.ts';
import type { Failure } from './failure.ts';
import type { Translate } from './language.ts';
import { clockTime, exactTime } from './time.ts';

/** Clock differences below this do not make codes fail. */
const clockWorthTelling = 20_000;

/** What to tell the person, with what to do next. */
export function describeFailure(failure: Failure, t: Translate): string {
  switch (failure.code) {
    case 'AUM0002':
      return t('errors.LOGIN_FAILED');
    case 'SAM_LOGIN_FAILED':
      return t('errors.SAM_LOGIN_FAILED');
    case 'AUM0011':
      return t('errors.PW_WRONG');
    case 'AUM0012':
      return t('errors.LINK_INVALID');
    case 'AUM0015':
      return t('refused.session');
    case 'AUM0019':
      return quarantineWords(failure.facts.until, t);
    case 'AUM0016':
      return t('refused.rootOnly');
    case 'MFA0002':
    case 'MFA0007':
      return t('errors.OTP_INVALID') + clockHint(t);
    case 'MFA0006':
      return t('enable.timeOver');
    case 'MFA0013':
      return t('errors.PASSKEY_REFUSED');
    case 'MFA0018':
      return t('errors.PASSKEY_KNOWN');
    case 'PASSKEY_CANCEL':
      return t('errors.PASSKEY_CANCEL');
    case 'MFA0010':
      return t(failure.facts.field === 'backupCode' ? 'field.backupCodeMistyped' : 'errors.RESET_FAILED');
    case 'MFA0036':
      return failure.facts.field === 'backupCode' ? t('field.backupCodeMistyped') : t('rehearse.wrong');
    case 'COM0429':
      return failure.retryAt === undefined
        ? t('errors.TOO_MANY_SOON')
        : t('errors.TOO_MANY', { time: clockTime(failure.retryAt) });
    case 'OFFLINE':
      return t('errors.OFFLINE');
    case 'COM0503':
      return t('errors.BUSY');
    default:
      return otherFailure(failure, t);
  }
}

/** That something has to wait because MFA was reset, and until when, where that is known. */
export function quarantineWords(until: number | undefined, t: Translate): string {
  return until === undefined ? t('refused.quarantineSoon') : t('refused.quarantine', { time: exactTime(until) });
}

function otherFailure(failure: Failure, t: Translate): string {
  if (failure.status >= 500) return t('errors.SERVER', { requestId: failure.requestId || '–' });
  // The server answers in the language of the page.
  return failure.message || t('errors.UNKNOWN');
}

function clockHint(t: Translate): string {
  const offset = Math.abs(deviceClockOffset());
  return offset < clockWorthTelling ? '' : ` ${t('errors.CLOCK', { seconds: Math.round(offset / 1000) })}`;
}

/** The field that a failure is about, so that the words can stand beside it. */
export function fieldOf({ code, facts }: Failure): string | undefined {
  const fields: Record<string, string> = {
    AUM0010: 'newPassword',
    AUM0011: 'password',
    COM0008: 'email',
    MFA0002: 'code',
    MFA0007: 'code',
    MFA0036: 'backupCode',
  };
  return code === 'COM0001' ? facts.field : fields[code];
}
