import { execFileSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

const stepSeconds = 30;

/** The code that a real authenticator shows at a time (milliseconds). */
function oathtool(secret: string, now = Date.now()): string {
  const time = new Date(now).toISOString().replace('T', ' ').slice(0, 19);
  return execFileSync('oathtool', ['--totp', '-b', secret, '--now', `${time} UTC`], { encoding: 'utf8' }).trim();
}

export type Authenticator = {
  readonly secret: string;
  /** A code that the server has not seen and will take now. */
  next: () => Promise<string>;
  /** The code that was given last; the server has to refuse it. */
  last: () => string;
};

/**
 * The server takes the steps t−1, t and t+1, each once, and only upwards. So up to three codes are good within one
 * half minute; only then is there anything to wait for.
 */
export function authenticator(secret: string): Authenticator {
  let used = 0;
  let code = '';
  return {
    secret,
    last: () => code,
    next: async () => {
      // Near the end of a step, t−1 would be too old on arrival.
      const oldest = Math.floor((Date.now() / 1000 + 15) / stepSeconds) - 1;
      const step = Math.max(oldest, used + 1);
      await wait(Math.max(0, (step - 1) * stepSeconds * 1000 - Date.now() + 200));
      used = step;
      code = oathtool(secret, step * stepSeconds * 1000);
      return code;
    },
  };
}

/** Six digits that no step near now has. */
export function wrongCode(secret: string): string {
  const near = [-2, -1, 0, 1, 2, 3].map((steps) => oathtool(secret, Date.now() + steps * stepSeconds * 1000));
  return ['000000', '111111', '222222', '333333', '444444', '555555', '666666'].find(
    (code) => !near.includes(code),
  ) as string;
}
